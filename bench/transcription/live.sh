#!/usr/bin/env bash
# What live transcription costs the server beside the engine: CPU time of the middle 24 s of 100 running calls with both sides, and memory, without it and with each detector of speech, all in turn, twice.
# The engine is an endpoint on this machine that answers at once; its own time is not counted. Build first: dotnet build Earshot.slnx -c Release
set -euo pipefail
cd "$(dirname "$0")/../.."
earshot="dotnet src/Earshot.Cli/bin/Release/net10.0/earshot.dll" calls=${1:-100} rounds=${2:-2} seconds=36 from=8 window=24 port=5177 engine_port=5178
work=$(mktemp -d)
python3 - "$engine_port" <<'P' &
import http.server, json, sys
class Endpoint(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"text": "the answer of the bench"}).encode()
        self.send_response(200); self.send_header("Content-Type", "application/json"); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Endpoint).serve_forever()
P
engine=$!
trap 'kill $engine; rm -rf "$work"' EXIT
live=(--set Transcription:Engine=openai --set "Transcription:OpenAi:BaseUrl=http://127.0.0.1:$engine_port/v1" --set Transcription:Live:Enabled=true --set Transcription:Parallel=8)
ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }
run() {
  local name=$1 folder; shift
  folder=$(mktemp -d -p "$work")
  TWILIO_AUTH_TOKEN=bench $earshot serve --urls "http://127.0.0.1:$port" --recordings "$folder/recordings" --data "$folder/data" --set Jobs:Enabled=false "$@" >"$folder/log" 2>&1 &
  local server=$!
  until grep -q 'Listening on' "$folder/log"; do sleep 0.2; done
  $earshot call "http://127.0.0.1:$port/twilio/voice" --auth-token bench --calls "$calls" --duration "${seconds}s" --json >/dev/null &
  local caller=$! before cpu memory
  until [ "$(find "$folder/recordings" -name '*.wav' 2>/dev/null | wc -l)" -ge $((2 * calls)) ]; do sleep 0.2; done
  sleep "$from"; before=$(ticks $server); sleep "$window"
  cpu=$((($(ticks $server) - before) * 1000 / $(getconf CLK_TCK)))
  wait $caller || true
  memory=$(awk '/VmHWM/ {print int($2 / 1024)}' "/proc/$server/status")
  kill -TERM $server; wait $server || true
  python3 - "$name" "$cpu" "$memory" "$folder/recordings" $((calls * 2 * 50 * window)) <<'P'
import glob, json, sys
name, cpu, memory, folder, frames = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
made = [m for m in (json.load(open(f)) for f in glob.glob(folder + "/*.json")) if "frames" in m]
bad = sum(m["lostMs"] + m["unwrittenMs"] for m in made)
print(f"| {name} | {len(made)} | {frames} | {cpu / 1000:.1f} | {1000 * cpu / frames:.1f} | {memory} | {bad:.0f} |")
P
}
echo "| live transcription | recordings | frames | server CPU s | us/frame | peak MB | lost or unwritten ms |"
echo "|---|---|---|---|---|---|---|"
for _ in $(seq "$rounds"); do
  run "off"
  run "on, speech by energy" "${live[@]}" --set Transcription:Live:VoiceActivity=energy
  [ ! -f "${XDG_CACHE_HOME:-$HOME/.cache}/earshot/silero-6/silero_vad.onnx" ] || run "on, speech by Silero" "${live[@]}" --set Analysis:VoiceActivity=silero
done
