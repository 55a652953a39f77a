#!/usr/bin/env python3
"""The second truth set: other speakers, other tools, other parameters than degrade.py.

    stranger.py FOLDER

Speakers are espeak-ng's, men and women, in four languages, and Debian's Spanish prompts; the damage is done by sox and ffmpeg. The truth files are
those that score.py reads. Needs sox, ffmpeg and espeak-ng.
"""
import array, json, os, random, shutil, struct, subprocess, sys, tempfile, wave

OUT = sys.argv[1]
os.makedirs(OUT, exist_ok=True)
TMP = tempfile.mkdtemp()
random.seed(7)
TEXTS = {
    "en": ["Thank you for calling. Your order was sent on Tuesday, and it should arrive before the end of the week.",
           "I would like to change my appointment, please. Is there anything free on Thursday morning, say around ten?",
           "The number you gave me does not work. Could you check it again? I have been waiting since noon."],
    "fr": ["Bonjour, je vous appelle au sujet de ma facture du mois dernier. Pourriez-vous la renvoyer ?", "Un instant s'il vous plaît, je vérifie votre dossier. Votre rendez-vous est confirmé pour jeudi."],
    "de": ["Guten Tag, ich habe eine Frage zu meiner Rechnung. Können Sie mir bitte weiterhelfen?", "Ihr Termin ist am Donnerstag um zehn Uhr. Bitte bringen Sie Ihren Ausweis mit."],
    "es": ["Buenos días, quisiera hablar con alguien del servicio técnico, por favor.", "Su pedido saldrá mañana por la tarde y llegará el viernes."],
}
MEN = [("en-us", "en"), ("en-gb", "en"), ("en-gb-scotland", "en"), ("fr-fr+m3", "fr"), ("de+m1", "de"), ("es+m2", "es"), ("en-us+m7", "en")]
WOMEN = [("en-us+f2", "en"), ("en-gb+f4", "en"), ("fr-fr+f3", "fr"), ("de+f2", "de"), ("es+f1", "es"), ("en-us+f5", "en")]
SPANISH = "/usr/share/asterisk/sounds/es_MX_f_Allison"
PROMPTS = sorted(p for p in os.listdir(SPANISH) if p.endswith(".wav") and 60_000 < os.path.getsize(f"{SPANISH}/{p}") < 160_000)
turn = {"men": 0, "women": 0, "all": 0}


def run(*arguments):
    subprocess.run([str(a) for a in arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def sox(*arguments):
    run("sox", "-D", "-V0", *arguments)


count = 0


def temp(suffix="wav"):
    global count
    count += 1
    return f"{TMP}/{count}.{suffix}"


def speech(rate, who="all"):
    turn[who] += 1
    n = turn[who]
    out = temp()
    if who == "all" and n % 3 == 0:
        sox(f"{SPANISH}/{PROMPTS[n * 5 % len(PROMPTS)]}", "-r", rate, "-b", 16, "-c", 1, out)
        return out
    voice, language = (MEN if who == "men" or who == "all" and n % 2 else WOMEN)[n % 6]
    raw = temp()
    run("espeak-ng", "-v", voice, "-s", 150 + 10 * (n % 3), "-w", raw, TEXTS[language][n % len(TEXTS[language])])
    sox(raw, "-r", rate, "-b", 16, "-c", 1, out, "norm", -6)
    return out


def fx(source, *effects):
    out = temp()
    sox(source, "-b", 16, out, *effects)
    return out


def level(path):
    text = subprocess.run(["sox", path, "-n", "stats"], capture_output=True, text=True).stderr
    return float(next(line for line in text.splitlines() if line.startswith("RMS lev")).split()[-1])


def seconds(path):
    with wave.open(path) as w:
        return w.getnframes() / w.getframerate()


def samples(path):
    with wave.open(path) as w:
        data = array.array("h")
        data.frombytes(w.readframes(w.getnframes()))
        return data


def write(values, rate):
    out = temp()
    with wave.open(out, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(rate)
        w.writeframes(values.tobytes())
    return out


def coarse(values):
    return array.array("h", [v & ~511 for v in values])


def put(name, rate, path, codes, allowed=(), kind=None):
    target = f"{OUT}/{name}_{rate // 1000}k.wav"
    shutil.copy(path, target)
    json.dump({"codes": list(codes), "allowed": list(allowed), "kind": kind, "language": "", "rate": rate, "strength": ""}, open(target + ".truth", "w"))


def coded(path, rate, extension, *options):
    middle, out = temp(extension), temp()
    run("ffmpeg", "-nostdin", "-v", "error", "-i", path, *options, middle)
    run("ffmpeg", "-nostdin", "-v", "error", "-i", middle, "-ar", rate, "-ac", 1, "-c:a", "pcm_s16le", out)
    return out


def mixed(path, rate, synth, snr, *effects):
    noise, out = temp(), temp()
    run("sox", "-V0", "-R", "-n", "-r", rate, "-b", 16, "-c", 1, noise, "synth", seconds(path), *synth.split(), "gain", -12, *effects)
    sox("-m", "-v", 0.6, path, "-v", 0.6 * 10 ** ((level(path) - snr - level(noise)) / 20), noise, "-b", 16, out)
    return out


def stereo(left, right):
    out = temp()
    sox("-M", left, right, "-b", 16, out)
    return out


def raw(path, encoding, bits, *more):
    out = temp("raw")
    sox(path, "-t", "raw", "-e", encoding, "-b", bits, *more, out)
    return out


def as_wav(path, rate, encoding, bits, *more):
    out = temp()
    sox("-t", "raw", "-r", rate, "-c", 1, "-e", encoding, "-b", bits, *more, path, "-e", "signed", "-b", 16, out)
    return out


WRONG = ["clipping", "noise", "no-speech", "too-loud", "too-quiet", "dc-offset", "clicks", "dropouts", "muffled", "wrong-rate", "repeated-frames", "hum", "long-silence", "low-bitdepth"]

for rate in (8000, 16000):
    for i in range(6):
        put(f"clean-man{i}", rate, speech(rate, "men"), [])
        put(f"clean-woman{i}", rate, speech(rate, "women"), [])
    for i in range(4):
        put(f"clean-any{i}", rate, speech(rate), [])
        put(f"clean-band{i}", rate, fx(speech(rate), "highpass", 300, "lowpass", 3400), [])
        put(f"clean-sinc{i}", rate, fx(speech(rate), "sinc", "300-3400"), [])
        put(f"clean-agc{i}", rate, fx(speech(rate), "gain", -8, "compand", "0.05,0.3", "-60,-60,-40,-26,-20,-17,0,-12", 0, -30, 0.1), [])
        put(f"clean-gsm{i}", rate, coded(speech(rate), rate, "gsm", "-ar", 8000), [])
        put(f"clean-g722{i}", rate, coded(speech(rate), rate, "g722", "-ar", 16000, "-f", "g722"), [])
        put(f"clean-opus{i}", rate, coded(speech(rate), rate, "ogg", "-c:a", "libopus", "-b:a", "16k"), [])
        put(f"clean-g726{i}", rate, coded(speech(rate), rate, "wav", "-ar", 8000, "-c:a", "g726", "-b:a", "32k"), [])
        put(f"clean-cd{i}", rate, fx(fx(speech(rate), "rate", "-l", 44100), "rate", "-l", rate), [])
        put(f"clean-hall{i}", rate, fx(speech(rate), "gain", -6, "reverb", 15), [])
    for gain in (10, 16, 22):
        put(f"clip{gain}", rate, fx(speech(rate), "gain", gain), ["clipping"], ["too-loud"])
        put(f"clip-then-quiet{gain}", rate, fx(fx(speech(rate), "gain", gain), "gain", -7.3), ["clipping"], ["too-loud"])
        law = temp()
        sox(fx(speech(rate), "gain", gain), "-e", "a-law", law)
        put(f"clip-alaw{gain}", rate, law, ["clipping"], ["too-loud"])
    for target in (-41, -47, -53):
        p = speech(rate)
        put(f"quiet{-target}", rate, fx(p, "gain", target - level(p)), ["too-quiet"], ["low-bitdepth", "noise"])
    for ratio in (2, 3):
        put(f"loud{ratio}", rate, fx(speech(rate), "compand", "0.003,0.08", "-70,-60,-40,-8,-10,-3,0,-1", 2 + ratio, -10, 0.005), ["too-loud"], ["clipping", "noise"])
    for shift in (0.03, -0.08, 0.2):
        put(f"dc{shift}", rate, fx(speech(rate), "gain", -4, "dcshift", shift), ["dc-offset"])
    for kind in ("brownnoise", "pinknoise", "whitenoise"):
        for snr in (4, 9, 15):
            put(f"{kind}{snr}", rate, mixed(speech(rate), rate, kind, snr), ["noise"], ["muffled"])
    for kind, hz in (("sine", 50), ("square", 60), ("sawtooth", 50), ("triangle", 60)):
        put(f"hum-{kind}{hz}", rate, mixed(speech(rate), rate, f"{kind} {hz}", 14), ["hum"], ["noise"])
        put(f"hum-faint-{kind}{hz}", rate, mixed(speech(rate), rate, f"{kind} {hz}", 17), ["hum"], ["noise"])
    zero = temp()
    run("sox", "-V0", "-n", "-r", rate, "-b", 16, zero, "trim", 0, 6)
    put("nothing", rate, zero, ["all-silent"], ["long-silence"])
    hush = temp()
    run("sox", "-V0", "-n", "-r", rate, "-b", 16, hush, "synth", 5, "pinknoise", "gain", -75)
    put("hush", rate, hush, ["all-silent"], ["long-silence"])
    for pause in (5.5, 10):
        p = speech(rate)
        put(f"wait{pause}", rate, fx(p, "pad", f"{pause}@{seconds(p) / 2:.2f}"), ["long-silence"], ["dropouts"])
        put(f"late{pause}", rate, fx(p, "pad", pause, 0), ["long-silence"])
    tones = {"busy": ("sine 425", ["repeat"]), "fax": ("sine 1100", []), "sweep": ("sine 300-3000", []), "hiss": ("pinknoise", []), "rush": ("brownnoise", []), "chord": ("sine 440 sine 554", [])}
    for name, (synth, _) in tones.items():
        tone = temp()
        run("sox", "-V0", "-R", "-n", "-r", rate, "-b", 16, "-c", 1, tone, "synth", 0.48 if name == "busy" else 6, *synth.split(), *(["remix", "1,2"] if name == "chord" else []), "gain", -14, *(["pad", 0, 0.48, "repeat", 6] if name == "busy" else []))
        put(f"no-voice-{name}", rate, tone, ["no-speech"], ["noise", "muffled"])
    for cutoff in (900, 1300, 1700):
        put(f"dull-sinc{cutoff}", rate, fx(speech(rate), "sinc", "-L", f"-{cutoff}"), ["muffled"])
        put(f"dull-rate{cutoff}", rate, fx(speech(rate), "rate", 2 * cutoff, "rate", rate), ["muffled"])
    for number in (2, 6, 20):
        p = samples(speech(rate))
        for at in random.sample(range(rate // 2, len(p) - rate // 2), number):
            sign = random.choice((-1, 1))
            p[at], p[at + 1] = sign * 24000, -sign * 9000
        put(f"ticks{number}", rate, write(p, rate), ["clicks"])
    for ms, every in ((30, 0.9), (80, 1.3), (20, 0.5)):
        p = samples(speech(rate))
        size, at, holes = rate * ms // 1000, rate // 2, 0
        while at < len(p) - rate // 2:
            near = p[at - rate // 100:at] + p[at + size:at + size + rate // 100]
            if max(map(abs, near)) > 0.25 * max(map(abs, p)):
                p[at:at + size] = array.array("h", bytes(2 * size))
                holes += 1
                at += int(every * rate)
            else:
                at += rate // 100
        if holes:
            put(f"holes{ms}ms", rate, write(p, rate), ["dropouts"])
    for number in (3, 8):
        p = samples(speech(rate))
        frame, top = rate // 50, max(map(abs, p))
        places = [at for at in range(rate // 2 // frame * frame, len(p) - rate, frame) if max(map(abs, p[at:at + frame])) > 0.3 * top]
        for at in random.sample(places[::2], min(number, len(places) // 2)):
            p[at + frame:at + 2 * frame] = p[at:at + frame]
        put(f"stutter{number}", rate, write(p, rate), ["repeated-frames"])
    for who in ("men", "women"):
        p = speech(rate, who)
        put(f"alaw-as-mu-{who}", rate, as_wav(raw(p, "a-law", 8), rate, "mu-law", 8), ["wrong-codec"], WRONG, "alaw-as-mulaw")
        put(f"mu-as-alaw-{who}", rate, as_wav(raw(p, "mu-law", 8), rate, "a-law", 8), ["wrong-codec"], WRONG, "mulaw-as-alaw")
        put(f"pcm-as-mu-{who}", rate, as_wav(raw(p, "signed", 16), rate, "mu-law", 8), ["wrong-codec"], WRONG, "pcm16-as-mulaw")
        put(f"mu-as-pcm-{who}", rate, as_wav(raw(p, "mu-law", 8), rate, "signed", 16), ["wrong-codec"], WRONG, "mulaw-as-pcm16")
        put(f"swapped-{who}", rate, as_wav(raw(p, "signed", 16), rate, "signed", 16, "-B"), ["wrong-byte-order"], WRONG)
        put(f"double-{who}", rate, fx(speech(rate, who), "speed", 2), ["wrong-rate"], (), "double-speed")
        put(f"half-{who}", rate, fx(speech(rate, who), "speed", 0.5), ["wrong-rate"], ["long-silence", "muffled"], "half-speed")
        law = open(raw(p, "mu-law", 8), "rb").read()
        head = b"RIFF" + struct.pack("<I", 50 + len(law)) + b"WAVEfmt " + struct.pack("<IHHIIHHH", 18, 7, 1, rate, rate, 1, 8, 0) + b"data" + struct.pack("<I", len(law))
        with open(temp("raw"), "wb") as f:
            f.write(head + law)
        put(f"header-{who}", rate, as_wav(f.name, rate, "mu-law", 8), ["wrong-codec"], ["clicks"], "wav-header-in-payload")
    data = open(speech(rate), "rb").read()
    for share in (0.5, 0.95):
        cut = temp()
        open(cut, "wb").write(data[:int(share * len(data))])
        put(f"cut{share}", rate, cut, ["truncated"])
    eight = temp()
    sox(speech(rate), "-b", 8, "-e", "unsigned", eight)
    put("eight-bits", rate, eight, ["low-bitdepth"])
    put("seven-bits", rate, write(coarse(samples(speech(rate))), rate), ["low-bitdepth"], ["noise"])
    a, b = speech(rate, "men"), speech(rate, "women")
    first, second = fx(a, "pad", 0.3, seconds(b) + 1), fx(b, "pad", seconds(a) + 0.7, 0.6)
    put("call", rate, stereo(first, second), [])
    for ms, loss in ((90, 9), (200, 15), (350, 24)):
        heard = temp()
        sox("-m", "-v", 1, second, "-v", 10 ** (-loss / 20), fx(first, "pad", ms / 1000, 0), "-b", 16, heard)
        put(f"echo{ms}", rate, stereo(first, heard), ["echo"], ["talk-over"])
    put("over", rate, stereo(fx(a, "pad", 0, 2), fx(b, "pad", max(seconds(a) - 1.5, 0), 0)), ["talk-over"])
    put("slow", rate, stereo(fx(a, "pad", 0.3, seconds(b) + 5), fx(b, "pad", seconds(a) + 4, 0.6)), ["slow-response"], ["long-silence"])
    put("one-side", rate, stereo(a, fx(a, "gain", "-n", -200, "vol", 0)), ["blank-channel"])
    put("same", rate, stereo(a, fx(a, "gain", -3)), ["identical-channels"])
    put("upside", rate, stereo(a, fx(a, "vol", -0.8)), ["inverted-channels"])
    for ms in (25, 140):
        put(f"apart{ms}", rate, stereo(a, fx(a, "pad", ms / 1000)), ["channel-offset"])
shutil.rmtree(TMP)
print(len([f for f in os.listdir(OUT) if f.endswith(".truth")]), "cases in", OUT)
