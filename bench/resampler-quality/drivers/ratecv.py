"""Python's audioop.ratecv (linear) in 20 ms chunks. ratecv.py in.wav out.wav (Python < 3.13)"""
import audioop, sys, wave
i, o = wave.open(sys.argv[1]), wave.open(sys.argv[2], "wb")
o.setnchannels(1); o.setsampwidth(2); o.setframerate(16000)
st, parts = None, []
d = i.readframes(i.getnframes())
for p in range(0, len(d), 320):
    b, st = audioop.ratecv(d[p:p + 320], 2, 1, 8000, 16000, st)
    parts.append(b)
o.writeframes(b"".join(parts)); o.close()
