#!/usr/bin/env bash
# What the tap adds to a message's way: 200 calls in real time, carrier and bot in one process, first with nothing between them, then with the tap.
#   bench/tap/run.sh [--calls 200] [--seconds 20] [--rounds 2]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../.." && pwd)
out=${BENCH_OUT:-$root/artifacts/bench-tap}; mkdir -p "$out"; ulimit -n 65536 2>/dev/null || true
dotnet build -v quiet --nologo -c Release "$here/tap.csproj" -o "$out/bin"
dotnet build -v quiet --nologo -c Release "$root/src/Earshot.Cli"
rm -rf "$out/data"; mkdir -p "$out/data"; cd "$out/data"
exec env TWILIO_AUTH_TOKEN=bench dotnet "$out/bin/tap.dll" "$root/src/Earshot.Cli/bin/Release/net10.0/earshot.dll" "$@"
