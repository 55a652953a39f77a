#!/usr/bin/env bash
# Measures the recorder beside a Python one, a node one and a C program that does the least, in one run, and prints the table.
#   bench/recorder/run.sh [--calls 50,500,1000] [--reps 3] [further options of recorders.py]
# Needs Linux on x86-64, the .NET SDK, gcc, node and npm, and Debian's python3-fastapi python3-uvicorn uvicorn python3-websockets
# python3-uvloop python3-httptools (a peer whose parts are missing is left out and named). All traffic stays on the loopback.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../.." && pwd)
out=${BENCH_OUT:-$root/artifacts/bench}; bin=$out/bin
mkdir -p "$bin"; ulimit -n 65536 2>/dev/null || true
for part in loadgen checkwav; do dotnet build -v quiet --nologo -c Release -o "$bin/$part" "$here/$part"; done
dotnet build -v quiet --nologo -c Release "$root/src/Earshot.Cli"
rm -rf "$bin/earshot"; cp -r "$root/src/Earshot.Cli/bin/Release/net10.0" "$bin/earshot"
gcc -O3 -march=native -o "$bin/floor-epoll" "$here/floor/floor-epoll.c" -lm
(cd "$here/peers" && npm ci --silent)
rm -f "$out/results.jsonl"
python3 "$here/recorders.py" --peers "$here/peers.json" --bin "$bin" --loadgen "$bin/loadgen/loadgen.dll" --checkwav "$bin/checkwav/checkwav.dll" \
  --dir "$out/rec" --log "$out/server.log" --out "$out/results.jsonl" --extra "--sign-token bench" --calls 50,500,1000 "$@"
python3 "$here/summarize.py" "$out/results.jsonl"
