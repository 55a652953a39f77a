"""A recorder as a good Python tutorial writes it: FastAPI + uvicorn, json.loads -> b64decode -> audioop.ulaw2lin -> ratecv 8k->16k -> rms -> wave.writeframes.
Debian: python3-fastapi python3-uvicorn python3-websockets python3-uvloop python3-httptools; needs Python < 3.13 (audioop)."""
import audioop
import base64
import json
import os
import sys
import wave

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

DIR = os.environ.get("REC_DIR", "artifacts/bench/rec")
app = FastAPI()


@app.websocket("/media")
async def media(ws: WebSocket):
    await ws.accept()
    wav = None
    state = None
    level = 0
    try:
        while True:
            data = json.loads(await ws.receive_text())
            event = data["event"]
            if event == "media":
                ulaw = base64.b64decode(data["media"]["payload"])
                pcm8 = audioop.ulaw2lin(ulaw, 2)
                pcm16, state = audioop.ratecv(pcm8, 2, 1, 8000, 16000, state)
                level = audioop.rms(pcm16, 2)
                wav.writeframes(pcm16)
            elif event == "start":
                wav = wave.open(os.path.join(DIR, data["start"]["callSid"] + ".wav"), "wb")
                wav.setnchannels(1)
                wav.setsampwidth(2)
                wav.setframerate(16000)
            elif event == "stop":
                break
    except WebSocketDisconnect:
        pass
    finally:
        if wav is not None:
            wav.close()
    try:
        await ws.close()
    except RuntimeError:
        pass


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", http="httptools", ws="websockets", log_level="warning")
