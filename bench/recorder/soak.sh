#!/usr/bin/env bash
# Two hours of calls at ten times real time: does memory stay flat?
#   bench/recorder/soak.sh [CALLS] [SECONDS]     (15 calls, 720 s = two hours of audio a call)
# Needs what run.sh has built. Prints the server's resident memory over time.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../.." && pwd)
out=${BENCH_OUT:-$root/artifacts/bench}; bin=$out/bin; dir=$out/soak; calls=${1:-15}; seconds=${2:-720}
rm -rf "$dir"; mkdir -p "$dir"
TWILIO_AUTH_TOKEN=bench dotnet "$bin/earshot/earshot.dll" serve --urls http://127.0.0.1:9099 --recordings "$dir/rec" --data "$dir/data" >"$dir/log" 2>&1 & server=$!
trap 'kill $server 2>/dev/null' EXIT
sleep 3
dotnet "$bin/loadgen/loadgen.dll" --port 9099 --path /twilio/media --calls "$calls" --seconds "$seconds" --speed 10 --sign-token bench --manifest "$dir/manifest.jsonl" >"$dir/load.json" & load=$!
echo "| minute | audio a call | RSS MiB |"; echo "|---|---|---|"
for minute in $(seq 1 $((seconds / 60))); do
  sleep 60
  echo "| $minute | $((minute * 10)) min | $(awk '/VmRSS/{printf "%.0f", $2/1024}' /proc/$server/status) |"
done
wait $load
sleep 2
dotnet "$bin/checkwav/checkwav.dll" --dir "$dir/rec" --manifest "$dir/manifest.jsonl" --exact --sample 3
