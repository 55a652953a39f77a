#!/usr/bin/env python3
"""Makes the truth set: Debian's telephone prompts, each spoiled in one known way, with a truth file beside each WAV.

    degrade.py FOLDER [--limit CODE]

A truth file is {"codes": [...], "allowed": [...], "kind": ..., "language": ..., "rate": ..., "strength": ...}: codes must be
found, allowed may be (what the damage brings along), anything else is a false alarm. Needs sox and ffmpeg's rate converter is
not used; everything else is Python's own.
"""
import array, json, math, os, random, struct, subprocess, sys, wave

SOUNDS = "/usr/share/asterisk/sounds"
VOICES = {"en": f"{SOUNDS}/en_US_f_Allison", "fr": f"{SOUNDS}/fr_CA_f_June"}
OUT = sys.argv[1]
os.makedirs(OUT, exist_ok=True)
random.seed(20260101)


def sox(*arguments, data=None):
    return subprocess.run(["sox", "-D", "-V1", *arguments], input=data, stdout=subprocess.PIPE, check=True).stdout


def read(path, rate=8000):
    samples = array.array("h")
    samples.frombytes(sox(path, "-t", "raw", "-e", "signed", "-b", "16", "-r", str(rate), "-c", "1", "-"))
    return samples


def through(samples, rate, *effects, out_rate=None):
    raw = ["-t", "raw", "-e", "signed", "-b", "16", "-c", "1"]
    result = array.array("h")
    result.frombytes(sox(*raw, "-r", str(rate), "-", *raw, "-r", str(out_rate or rate), "-", *effects, data=samples.tobytes()))
    return result


def clamp(values):
    return array.array("h", [max(-32768, min(32767, round(v))) for v in values])


def rms(samples):
    return math.sqrt(sum(v * v for v in samples) / max(len(samples), 1))


def prompts(language):
    names = sorted(f for f in os.listdir(VOICES[language]) if f.endswith(".wav"))
    paths = [os.path.join(VOICES[language], n) for n in names]
    return [p for p in paths if 3.0 * 16000 < os.path.getsize(p) < 8.0 * 16000]


POOL = {language: prompts(language) for language in VOICES}
TURN = {"en": 0, "fr": 40}


def prompt(language, rate):
    TURN[language] = (TURN[language] + 7) % len(POOL[language])
    return read(POOL[language][TURN[language]], rate)


CODES = {}


def linear(byte):
    byte = ~byte & 0xFF
    magnitude = ((((byte & 15) << 3) + 132) << ((byte >> 4) & 7)) - 132
    return -magnitude if byte & 128 else magnitude


def alinear(byte):
    byte ^= 0x55
    exponent, mantissa = (byte >> 4) & 7, byte & 15
    magnitude = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 264) << (exponent - 1)
    return magnitude if byte & 128 else -magnitude


MU, A = [linear(b) for b in range(256)], [alinear(b) for b in range(256)]


def encode(samples, law, rate):
    return sox("-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r", str(rate), "-", "-t", "raw", "-e", law, "-b", "8", "-", data=samples.tobytes())


def decode(data, table):
    return array.array("h", [table[b] for b in data])


def save(name, channels, rate, codes, language, strength, allowed=(), kind=None, manifest=None, raw=None):
    path = os.path.join(OUT, name + ".wav")
    if raw is not None:
        open(path, "wb").write(raw)
    else:
        with wave.open(path, "wb") as out:
            out.setnchannels(len(channels))
            out.setsampwidth(2)
            out.setframerate(rate)
            if len(channels) == 1:
                out.writeframes(channels[0].tobytes())
            else:
                count = max(len(c) for c in channels)
                mixed = array.array("h", bytes(2 * count * len(channels)))
                for index, channel in enumerate(channels):
                    mixed[index::len(channels)] = channel + array.array("h", bytes(2 * (count - len(channel))))
                out.writeframes(mixed.tobytes())
    if manifest is not None:
        json.dump(manifest, open(path[:-4] + ".json", "w"))
    json.dump({"codes": list(codes), "allowed": list(allowed), "kind": kind, "language": language, "rate": rate, "strength": strength}, open(path + ".truth", "w"))


def noise(kind, length, rate):
    if kind == "babble":
        total = [0] * length
        for i in range(6):
            voice = read(POOL["en"][(TURN["en"] + 11 * i + 3) % len(POOL["en"])], rate)
            for n in range(length):
                total[n] += voice[(n + i * 5000) % len(voice)]
        return total
    return list(through(array.array("h", bytes(2 * length)), rate, "synth", kind, "gain", "-6"))


def add_noise(samples, rate, kind, snr):
    n = noise(kind, len(samples), rate)
    gain = rms(samples) / rms(n) * 10 ** (-snr / 20)
    quiet = 0.5
    return clamp([quiet * (s + gain * v) for s, v in zip(samples, n)])


def loud_places(samples, rate, count, spacing=0.25):
    """Places in the middle of sounds, well apart."""
    step, found, level = rate // 100, [], rms(samples)
    order = list(range(rate // 5, len(samples) - rate // 3, step))
    random.shuffle(order)
    for at in order:
        if len(found) == count:
            break
        if all(rms(samples[at + k * step:at + (k + 1) * step]) > 0.7 * level for k in (-2, -1, 0, 1)) and all(abs(at - f) > spacing * rate for f in found):
            found.append(at)
    return sorted(found)


def cases(language, rate):
    tag = f"{language}{rate // 1000}k"

    def put(name, samples, codes, strength, **more):
        save(f"{name}_{tag}_{strength}", samples if isinstance(samples, list) else [samples], more.pop("rate", rate), codes, language, strength, **more)

    for i in range(4):
        put(f"clean{i}", prompt(language, rate), [], "none")
        put(f"clean-mulaw{i}", decode(encode(prompt(language, rate), "mu-law", rate), MU), [], "none")
    put("clean-alaw", decode(encode(prompt(language, rate), "a-law", rate), A), [], "none")
    put("clean-quiet", clamp([0.25 * v for v in prompt(language, rate)]), [], "minus12dB")
    for gain in (12, 18, 24):
        p = prompt(language, rate)
        put("clipping", through(p, rate, "gain", str(gain)), ["clipping"], f"{gain}dB", allowed=["too-loud"])
        put("clipping-mulaw", decode(encode(through(p, rate, "gain", str(gain)), "mu-law", rate), MU), ["clipping"], f"{gain}dB", allowed=["too-loud"])
        put("clipping-lowered", clamp([0.4 * v for v in through(p, rate, "gain", str(gain))]), ["clipping"], f"{gain}dB")
    for gain in (-22, -28, -34):
        put("quiet", through(prompt(language, rate), rate, "gain", str(gain)), ["too-quiet"], f"{gain}dB")
    for gain in (14, 18):
        put("loud", through(prompt(language, rate), rate, "compand", "0.005,0.1", "6:-50,-15,-20,-5,0,-3", str(gain - 12), "-20", "0.01"), ["too-loud"], f"{gain}dB", allowed=["clipping", "noise", "dc-offset"])
    for offset in (0.02, 0.05, 0.1):
        put("dc", clamp([0.6 * v + 32768 * offset for v in prompt(language, rate)]), ["dc-offset"], f"{offset}")
    for kind in ("whitenoise", "pinknoise", "babble"):
        for snr in (5, 10, 20):
            put(f"noise-{kind}", add_noise(prompt(language, rate), rate, kind, snr), ["noise"], f"{snr}dB")
    for mains in (50, 60):
        for level in (-45, -35, -25):
            peak = 32768 * 10 ** (level / 20) * math.sqrt(2)
            parts = [(1, 1.0)] if level == -35 else [(1, 0.8), (2, 0.4), (3, 0.35), (5, 0.2)]
            p = prompt(language, rate)
            put(f"hum{mains}", clamp([0.7 * v + peak * sum(a * math.sin(2 * math.pi * mains * h * i / rate) for h, a in parts) for i, v in enumerate(p)]), ["hum"], f"{level}dBFS", allowed=["noise"] if level > -40 else [])
    put("silent-zero", array.array("h", bytes(2 * 5 * rate)), ["all-silent"], "zero", allowed=["long-silence"])
    put("silent-noise", clamp([random.gauss(0, 4) for _ in range(4 * rate)]), ["all-silent"], "noise", allowed=["long-silence"])
    for pause in (5, 9, 15):
        a, b = prompt(language, rate), prompt(language, rate)
        put("pause", a + array.array("h", bytes(2 * pause * rate)) + b, ["long-silence"], f"{pause}s")
        put("pause-noise", a + clamp([random.gauss(0, 8) for _ in range(pause * rate)]) + b, ["long-silence"], f"{pause}s")
    put("nospeech-white", clamp([random.gauss(0, 1500) for _ in range(5 * rate)]), ["no-speech"], "white", allowed=["noise"])
    put("nospeech-faint", clamp([random.gauss(0, 200) for _ in range(5 * rate)]), ["no-speech"], "faint", allowed=["noise"])
    ring = [9000 * (math.sin(2 * math.pi * 440 * i / rate) + math.sin(2 * math.pi * 480 * i / rate)) if (i // (2 * rate)) % 2 == 0 else 0 for i in range(8 * rate)]
    put("nospeech-ring", clamp(ring), ["no-speech"], "ring", allowed=["long-silence"])
    put("nospeech-tone", clamp([8000 * math.sin(2 * math.pi * 1000 * i / rate) for i in range(4 * rate)]), ["no-speech"], "tone")
    for cutoff in (1000, 1400, 1900):
        put("muffled-sinc", through(prompt(language, rate), rate, "sinc", f"-{cutoff}"), ["muffled"], f"{cutoff}Hz")
        put("muffled-biquads", through(prompt(language, rate), rate, "lowpass", str(cutoff), "lowpass", str(cutoff)), ["muffled"], f"{cutoff}Hz")
    for count, size in ((3, 0.5), (8, 0.35), (15, 0.8)):
        p = prompt(language, rate)
        for at in random.sample(range(rate // 4, len(p) - rate // 4), count):
            p[at] = round(32767 * size * random.choice((-1, 1)))
        put("clicks", p, ["clicks"], f"{count}x{size}")
    for ms, count in ((20, 3), (40, 3), (60, 2), (120, 2), (200, 1)):
        p = prompt(language, rate)
        for at in loud_places(p, rate, count):
            for i in range(ms * rate // 1000):
                p[at + i] = 0
        put("dropouts", p, ["dropouts"], f"{ms}ms{count}x")
    for count in (2, 5, 10):
        p = prompt(language, rate)
        frame = rate // 50
        for at in loud_places(p, rate, count, spacing=0.15):
            at -= at % frame
            p[at + frame:at + 2 * frame] = p[at:at + frame]
        put("repeats", p, ["repeated-frames"], f"{count}x")
    p = prompt(language, rate)
    put("alaw-as-mulaw", decode(encode(p, "a-law", rate), MU), ["wrong-codec"], "whole", kind="alaw-as-mulaw", allowed=WRONG)
    put("mulaw-as-alaw", decode(encode(p, "mu-law", rate), A), ["wrong-codec"], "whole", kind="mulaw-as-alaw", allowed=WRONG)
    put("pcm-as-mulaw", decode(p.tobytes(), MU), ["wrong-codec"], "whole", kind="pcm16-as-mulaw", allowed=WRONG)
    data = encode(p, "mu-law", rate)
    put("mulaw-as-pcm", array.array("h", data[:len(data) // 2 * 2]), ["wrong-codec"], "whole", kind="mulaw-as-pcm16", allowed=WRONG)
    swapped = array.array("h", p)
    swapped.byteswap()
    put("swapped", swapped, ["wrong-byte-order"], "whole", allowed=WRONG)
    header = b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 7, 1, rate, rate, 1, 8) + b"data" + struct.pack("<I", len(data))
    put("header-mulaw", decode(header + data, MU), ["wrong-codec"], "start", kind="wav-header-in-payload", allowed=["clicks"])
    put("header-thrice", decode(3 * (header + data), MU), ["wrong-codec"], "thrice", kind="wav-header-in-payload", allowed=["clicks"])
    put("double", through(prompt(language, rate), rate, "speed", "2.0"), ["wrong-rate"], "sox-speed", kind="double-speed")
    put("half", through(prompt(language, rate), rate, "speed", "0.5"), ["wrong-rate"], "sox-speed", kind="half-speed")
    if rate == 16000:
        put("double-header", prompt(language, 8000), ["wrong-rate"], "header", kind="double-speed")
    else:
        put("half-header", prompt(language, 16000), ["wrong-rate"], "header", kind="half-speed")
    p = prompt(language, rate)
    whole = b"RIFF" + struct.pack("<I", 36 + 2 * len(p)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16) + b"data" + struct.pack("<I", 2 * len(p)) + p.tobytes()
    for share in (0.3, 0.8):
        put("truncated", None, ["truncated"], f"{share}", raw=whole[:44 + 2 * int(len(p) * share)])
    for bits in (5, 6, 8):
        step = 2 ** (16 - bits)
        put("bits", clamp([step * round(v / step) for v in prompt(language, rate)]), ["low-bitdepth"], f"{bits}")
    two_sided(language, rate, put)


WRONG = ["clipping", "noise", "no-speech", "too-loud", "too-quiet", "dc-offset", "clicks", "dropouts", "muffled", "wrong-rate", "repeated-frames", "hum", "long-silence"]


def conversation(language, rate, gap, turns=4, overlap=()):
    sides, at = [array.array("h"), array.array("h")], rate // 2
    for turn in range(turns):
        voice = prompt(language, rate)
        voice = voice[:min(len(voice), 3 * rate)]
        fade = rate // 10
        for i in range(fade):
            voice[len(voice) - 1 - i] = round(voice[len(voice) - 1 - i] * i / fade)
        if turn in overlap:
            at = max(at - int(1.7 * rate), 0)
        side = sides[turn % 2]
        side.extend(array.array("h", bytes(2 * max(at - len(side), 0))))
        place = at - len(side) if at < len(side) else 0
        side.extend(voice if place == 0 else voice[-place:])
        at = len(side) + int(gap * rate)
    length = max(map(len, sides)) + rate // 2
    for side in sides:
        side.extend(array.array("h", bytes(2 * (length - len(side)))))
    return sides


def two_sided(language, rate, put):
    put("clean-call", conversation(language, rate, 0.3), [], "gap300ms")
    put("clean-call", conversation(language, rate, 0.8), [], "gap800ms")
    for ms, loss in ((60, 6), (120, 12), (250, 20), (400, 26), (180, 30)):
        a, b = conversation(language, rate, 0.6)
        delay, gain = ms * rate // 1000, 10 ** (-loss / 20)
        put("echo", [a, clamp([v + gain * (a[i - delay] if i >= delay else 0) for i, v in enumerate(b)])], ["echo"], f"{ms}ms{loss}dB", allowed=["talk-over"] if loss < 10 else [])
    put("talkover", conversation(language, rate, 0.3, overlap=(1, 3)), ["talk-over"], "1.2s")
    put("talkover-once", conversation(language, rate, 0.3, overlap=(2,)), ["talk-over"], "once")
    for gap in (2.6, 4, 6):
        put("slow", conversation(language, rate, gap), ["slow-response"], f"{gap}s", allowed=["long-silence"])
    p = prompt(language, rate)
    put("blank", [p, array.array("h", bytes(2 * len(p)))], ["blank-channel"], "zero")
    put("blank-noise", [clamp([random.gauss(0, 3) for _ in p]), p], ["blank-channel"], "noise")
    put("identical", [p, array.array("h", p)], ["identical-channels"], "exact")
    put("identical-gain", [p, clamp([0.5 * v for v in p])], ["identical-channels"], "6dB")
    put("inverted", [p, clamp([-v for v in p])], ["inverted-channels"], "exact")
    for ms in (15, 80, 300):
        shift = array.array("h", bytes(2 * (ms * rate // 1000)))
        put("offset", [p + shift, shift + p], ["channel-offset"], f"{ms}ms")
    p = prompt(language, 16000)
    if rate == 16000:
        for kind, at, length, code in (("loss", 1200, 300, "lost-audio"), ("stall", 900, 450, "delivery-stalls")):
            q = array.array("h", p)
            if kind == "loss":
                for i in range(at * 16, (at + length) * 16):
                    q[i] = 0
            put(kind, q, [code], f"{length}ms", manifest={
                "callSid": "CA1", "streamSid": "MZ1", "track": "inbound", "speaker": "technician", "state": "complete", "startedAt": "2026-01-01T00:00:00Z", "durationSeconds": len(q) / 16000,
                "lostMs": length if kind == "loss" else 0, "events": [{"Kind": kind, "kind": kind, "track": "inbound", "atMs": at, "durationMs": length, "detail": ""}]})


for language in VOICES:
    for rate in (8000, 16000):
        cases(language, rate)
print(len([f for f in os.listdir(OUT) if f.endswith(".truth")]), "cases in", OUT)
