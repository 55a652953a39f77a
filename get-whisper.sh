#!/usr/bin/env bash
# Builds whisper.cpp 1.9 (MIT), the library and its server, from the source that its npm package holds, for this machine, into this user's cache, where Earshot finds it.
# Takes some minutes once. Does nothing where it is; exit 3 says that it cannot be had here, and why. A model is fetched by 'earshot models get NAME'.
set -euo pipefail
to=${XDG_CACHE_HOME:-$HOME/.cache}/earshot/whisper-1.9
package=nodejs-whisper@0.3.1 package_sum=92041caf2b26c74b7f489fedf37bd093f216eebd61df512045ec2d19d0531d37
no() { echo "get-whisper.sh: $*" >&2; exit 3; }
[ -f "$to/libwhisper.so" ] && [ -x "$to/whisper-server" ] && exit 0
[ "$(uname -s)" = Linux ] || no "this script builds for Linux; elsewhere install whisper.cpp and set Transcription:Whisper:Library"
for tool in npm cmake c++ make; do command -v "$tool" >/dev/null || no "$tool is not installed (Debian: apt-get install npm cmake g++ make)"; done
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
(cd "$work" && timeout 300 npm pack --silent --fetch-retries=1 --fetch-timeout=60000 "$package" >/dev/null 2>"$work/errors") || no "npm cannot fetch $package: $(tail -n 1 "$work/errors")"
echo "$package_sum  $(ls "$work"/*.tgz)" | sha256sum --check --status || no "$package is not the package that this version was tested with"
tar -xzf "$work"/*.tgz -C "$work" package/cpp/whisper.cpp package/LICENSE
cmake -S "$work/package/cpp/whisper.cpp" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON -DWHISPER_BUILD_TESTS=OFF -DWHISPER_BUILD_EXAMPLES=ON \
  -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON -DCMAKE_INSTALL_RPATH='$ORIGIN' >"$work/log" 2>&1 || no "cmake failed: $(tail -n 1 "$work/log")"
cmake --build "$work/build" --parallel "$(nproc)" --target whisper whisper-server >"$work/log" 2>&1 || no "the build failed: $(grep -m 1 -i error "$work/log" || tail -n 1 "$work/log")"
mkdir -p "$to"
cp -a "$work"/build/bin/libggml*.so* "$work"/build/bin/libwhisper.so.* "$work/build/bin/whisper-server" "$to/"
cp -a "$work/build/bin/libwhisper.so" "$to/" # Last: whoever looks meanwhile finds all or nothing.
echo "whisper.cpp is in $to"
