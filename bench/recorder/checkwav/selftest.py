#!/usr/bin/env python3
"""Breaks a good 16 kHz recording in known ways and sees that checkwav reports each.
usage: selftest.py GOOD.wav SEED FRAMES [OTHER_CALL.wav] [checkwav.dll]   (GOOD.wav: PCM16 mono from a recorder driven with --signal noise)"""
import json, os, struct, subprocess, sys, tempfile
good, seed, frames = sys.argv[1], sys.argv[2], int(sys.argv[3])
other = sys.argv[4] if len(sys.argv) > 4 else None
dll = sys.argv[5] if len(sys.argv) > 5 else "artifacts/bench/bin/checkwav/checkwav.dll"
b = open(good, "rb").read(); head, d = b[:44], b[44:]
F = 640
z = b"\0" * F
fr = [d[i:i + F] for i in range(0, len(d), F)]
o = open(other, "rb").read()[44:] if other else None


def j(l): return b"".join(l)


cases = {
    "good": (d, {}),
    "one frame lost": (j(fr[:100] + fr[101:]), {"lost": 1}),
    "seven frames lost": (j(fr[:60] + fr[67:]), {"lost": 7}),
    "one frame twice": (j(fr[:50] + [fr[50]] + fr[50:]), {"duplicated": 1}),
    "one frame silent": (j(fr[:80] + [z] + fr[81:]), {"silenced": 1}),
    "three frames silent": (j(fr[:80] + [z] * 3 + fr[83:]), {"silenced": 3}),
    "two frames swapped": (j(fr[:40] + [fr[41], fr[40]] + fr[42:]), {"any": 1}),
    "three samples missing": (d[:30000] + d[30006:], {"shifts": 1}),
    "one sample too many": (d[:30000] + d[30000:30002] + d[30000:], {"any": 1}),
    "last frame missing": (d[:-F], {"any": 1}),
    "first frame missing": (d[F:], {"any": 1}),
    "empty": (b"", {"any": 1}),
}
if o: cases["a frame of another call"] = (j(fr[:90]) + o[90 * F:91 * F] + j(fr[91:]), {"corrupt": 1})
bad = 0
for name, (data, want) in cases.items():
    with tempfile.NamedTemporaryFile(suffix=".wav", delete=False) as f:
        h = bytearray(head); struct.pack_into("<I", h, 4, 36 + len(data)); struct.pack_into("<I", h, 40, len(data)); f.write(bytes(h) + data)
    p = subprocess.run(["dotnet", dll, "--seed", seed, "--frames", str(frames), f.name], capture_output=True, text=True)
    r = json.loads(p.stdout.strip().splitlines()[-1]); os.unlink(f.name)
    ok = (p.returncode == 0) == (not want) and all(r.get(k) == v for k, v in want.items() if k != "any")
    bad += not ok
    print("ok  " if ok else "FAIL", name, {k: r[k] for k in ("ok", "lost", "duplicated", "silenced", "corrupt", "shifts", "wrong_length")})
# a header that was never finished
h = bytearray(head); struct.pack_into("<I", h, 4, 36); struct.pack_into("<I", h, 40, 0)
with tempfile.NamedTemporaryFile(suffix=".wav", delete=False) as f: f.write(bytes(h) + d)
p = subprocess.run(["dotnet", dll, "--seed", seed, "--frames", str(frames), f.name], capture_output=True, text=True); os.unlink(f.name)
r = json.loads(p.stdout.strip().splitlines()[-1]); ok = p.returncode == 1 and r["header_not_final"] == 1; bad += not ok
print("ok  " if ok else "FAIL", "header never finished")
n = len(cases) + 1
print(f"{n - bad} passed, {bad} failed")
sys.exit(bad > 0)
