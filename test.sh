#!/usr/bin/env bash
# Installs what the tests need (Debian, as root or with sudo; elsewhere it says what is missing), builds, runs all tests.
# The last line is "N passed, N failed, N skipped"; a skip names what was missing.
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# command:package, for the tools that tests check against; the rest are files.
tools=(sox:sox ffmpeg:ffmpeg ffprobe:ffmpeg python3:python3 node:nodejs npm:npm chromium:chromium cmake:cmake make:make c++:g++ sctk:sctk)
recogniser=(pocketsphinx-en-us libpocketsphinx3 libsphinxbase3)
speech=(asterisk-core-sounds-en-wav asterisk-core-sounds-fr-wav asterisk-core-sounds-es-wav)
missing=()
for entry in "${tools[@]}"; do command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}"); done
[ -d /usr/share/pocketsphinx/model/en-us ] || missing+=("${recogniser[@]}")
[ -d /usr/share/asterisk/sounds ] || missing+=("${speech[@]}")
if [ "${#missing[@]}" -gt 0 ]; then
  root=''; [ "$(id -u)" = 0 ] || root='sudo -n'
  if command -v apt-get >/dev/null && { [ -z "$root" ] || $root true 2>/dev/null; }; then
    echo "Installing: ${missing[*]}"
    $root env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"' - "${missing[@]}" >/dev/null \
      || echo "Could not install all of: ${missing[*]}; the tests that need them are skipped and say so."
  else
    echo "Missing, and not installable here: ${missing[*]}; the tests that need them are skipped and say so."
  fi
fi

./get-silero.sh || echo "Silero is not here; the tests that need it are skipped and say so."
./get-whisper.sh || echo "whisper.cpp is not here; the tests that need it are skipped and say so."
dotnet build Earshot.slnx -c Release -v quiet || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }

log=$(mktemp); trap 'rm -f "$log"' EXIT
status=0
for project in tests/*.Tests; do
  name=$(basename "$project")
  echo "== $name"
  dotnet "$project/bin/Release/net10.0/$name.dll" --no-ansi --no-progress --output Detailed >"$log.one" 2>&1 || status=1
  grep -vE '^passed |^\s*$' "$log.one" | grep -vE '^xUnit.net|^\(c\)|^Running tests from|^Duration|^Copyright' || true
  cat "$log.one" >>"$log"
done
rm -f "$log.one"
awk '/^  (total|failed|succeeded|skipped):/{v[$1]+=$2} END{printf "%d passed, %d failed, %d skipped\n", v["succeeded:"], v["failed:"], v["skipped:"]; exit (v["total:"] == 0)}' "$log" || status=1
exit $status
