#!/usr/bin/env python3
"""How long a sound is on its way through Earshot between a caller and an agent in the browser, both ways.

Plays a caller (a media socket) and an agent (the browser's protocol) against a server of its own, a click a second on each side, and measures
from the moment at which a click was complete at the one end's socket to the moment at which it came out of the other's. What the browser
adds is stated, not measured: a packet of 20 ms at the microphone, and the jitter buffer of 60 ms at the headphones.
Usage: mouth_to_ear.py EARSHOT_DLL [--seconds 60]
"""
import argparse, asyncio, base64, json, os, statistics, struct, subprocess, sys, tempfile, time
import websockets

ap = argparse.ArgumentParser()
ap.add_argument("earshot")
ap.add_argument("--seconds", type=int, default=60)
ap.add_argument("--port", type=int, default=9187)
args = ap.parse_args()
CALL, STREAM, RATE = "CA" + "0" * 32, "MZ" + "0" * 32, 48000
CLICK_EVERY = 50  # packets of 20 ms
sent = {"caller": [], "agent": []}
heard = {"caller": [], "agent": []}


async def caller(ready, stop):
    async with websockets.connect(f"ws://127.0.0.1:{args.port}/twilio/media", compression=None) as ws:
        await ws.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        await ws.send(json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": STREAM, "start": {"streamSid": STREAM, "accountSid": "AC" + "0" * 32, "callSid": CALL,
                      "tracks": ["inbound"], "customParameters": {"mode": "connect"}, "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}}}))
        ready.set()

        async def listen():
            async for text in ws:
                message = json.loads(text)
                if message["event"] == "media" and any(b & 0x7F < 0x30 for b in base64.b64decode(message["media"]["payload"])):
                    note(heard["caller"])

        listening = asyncio.create_task(listen())
        began = time.perf_counter()
        n = 0
        while not stop.is_set():
            await asyncio.sleep(max(0, began + n * 0.02 - time.perf_counter()))
            click = n % CLICK_EVERY == CLICK_EVERY - 1
            payload = base64.b64encode((b"\x80" * 40 if click else b"\xff" * 40) + b"\xff" * 120).decode()
            if click: sent["caller"].append(time.perf_counter())
            await ws.send(json.dumps({"event": "media", "sequenceNumber": str(n + 2), "streamSid": STREAM, "media": {"track": "inbound", "chunk": str(n + 1), "timestamp": str(100 + n * 20), "payload": payload}}))
            n += 1
        listening.cancel()


async def agent(ready, stop):
    await ready.wait()
    await asyncio.sleep(0.5)
    async with websockets.connect(f"ws://127.0.0.1:{args.port}/agent/{CALL}", compression=None, origin=f"http://127.0.0.1:{args.port}") as ws:
        await ws.send(json.dumps({"type": "hello", "role": "agent", "name": "bench", "rate": RATE}))

        async def listen():
            async for message in ws:
                if isinstance(message, bytes) and max(map(abs, struct.unpack(f"<{(len(message) - 16) // 2}h", message[16:])), default=0) > 8000:
                    note(heard["agent"])

        listening = asyncio.create_task(listen())
        began = time.perf_counter()
        n, count = 0, RATE // 50
        quiet, click = b"\0\0" * count, struct.pack("<h", 20000) * (count // 4) + b"\0\0" * (count - count // 4)
        while not stop.is_set():
            await asyncio.sleep(max(0, began + n * 0.02 - time.perf_counter()))
            is_click = n % CLICK_EVERY == CLICK_EVERY // 2
            if is_click: sent["agent"].append(time.perf_counter())
            await ws.send(struct.pack("<IIq", n, 0, n * count) + (click if is_click else quiet))
            n += 1
        listening.cancel()


def note(times):
    now = time.perf_counter()
    if not times or now - times[-1] > 0.3: times.append(now)


def table(name, spoken, arrived, browser):
    delays = []
    for t in spoken[1:]:
        after = [h - t for h in arrived if -0.005 < h - t < 0.8]
        if after: delays.append(1000 * after[0])
    delays.sort()
    print(f"| {name} | {len(delays)} of {len(spoken) - 1} | {statistics.median(delays):.0f} | {delays[int(len(delays) * 0.95)]:.0f} | {delays[-1]:.0f} | {browser} | {statistics.median(delays) + browser:.0f} |")


async def main():
    ready, stop = asyncio.Event(), asyncio.Event()
    tasks = [asyncio.create_task(caller(ready, stop)), asyncio.create_task(agent(ready, stop))]
    await asyncio.sleep(args.seconds)
    stop.set()
    await asyncio.gather(*tasks)


with tempfile.TemporaryDirectory() as folder:
    server = subprocess.Popen(["dotnet", args.earshot, "serve", "--urls", f"http://127.0.0.1:{args.port}", "--recordings", folder + "/r", "--data", folder + "/d"],
                              env={**os.environ, "TWILIO_VALIDATE_SIGNATURES": "false"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(4)
        asyncio.run(main())
    finally:
        server.terminate()
        server.wait()
print("| direction | clicks heard | median ms | p95 | worst | browser's share ms | mouth to ear, median ms |")
print("|---|---|---|---|---|---|---|")
table("agent to caller", sent["agent"], heard["caller"], 20)
table("caller to agent", sent["caller"], heard["agent"], 60)
