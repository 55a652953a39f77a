// copy.ts
var shownMs = 1500;
var Copy = class extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("button")) return;
    const code = this.querySelector("code");
    const text = code?.textContent ?? "";
    const button3 = document.createElement("button");
    button3.type = "button";
    button3.textContent = "Copy";
    button3.setAttribute("aria-label", `Copy ${text.length > 24 ? `${text.slice(0, 24)}…` : text}`);
    button3.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        button3.textContent = "Copied";
      } catch {
        if (code) getSelection()?.selectAllChildren(code);
        button3.textContent = "Selected";
      }
      setTimeout(() => button3.textContent = "Copy", shownMs);
    });
    this.append(button3);
  }
};

// agent.ts
var TRACKS = ["inbound", "outbound"];
var HEADER = 16;
var RETRY_MS = 500;
var RETRY_FOR_MS = 5e3;
var FINAL = /* @__PURE__ */ new Set([1e3, 4e3, 4400, 4404, 4405, 4409]);
var AgentLine = class {
  constructor(join, events) {
    this.join = join;
    this.events = events;
  }
  join;
  events;
  socket = null;
  token = "";
  sequence = 0;
  lostAt = 0;
  over = false;
  output = null;
  input = null;
  microphone = null;
  speakers = [];
  capture = null;
  /** Asks for the microphone (of an agent), then joins. Rejects with words for the user. */
  async start() {
    if (this.join.role === "agent") await this.openMicrophone();
    this.output = new AudioContext({ sampleRate: 16e3, latencyHint: "interactive" });
    await this.output.audioWorklet.addModule(this.join.worklet);
    for (const track of TRACKS) this.speakers.push(new Speaker(this.output, (ms, underruns) => track === "inbound" && this.events.buffer(ms, underruns)));
    this.hear("both");
    await this.output.resume();
    this.connect();
  }
  mute(on) {
    this.capture?.port.postMessage({ muted: on });
    this.say({ type: "mute", on });
  }
  hold(on) {
    this.say({ type: "hold", on });
  }
  hangUp() {
    this.say({ type: "hangup" });
  }
  /** Of a listener: both sides, a little to the left and the right of each other, or one. An agent gets the caller alone. */
  hear(side) {
    const apart = side === "both" && this.join.role === "listener" ? 0.5 : 0;
    TRACKS.forEach((track, i) => this.speakers[i]?.set(side === "both" || side === track, i === 0 ? -apart : apart));
  }
  /** Leaves the call; it goes on. */
  leave() {
    this.end("you left", true);
  }
  async openMicrophone() {
    if (!navigator.mediaDevices) throw new Error("The browser gives the microphone to https and localhost only. Open this page through one of them.");
    try {
      this.microphone = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: this.join.echoCancellation, noiseSuppression: this.join.noiseSuppression, autoGainControl: false }
      });
    } catch (error) {
      const name = error instanceof DOMException ? error.name : "";
      throw new Error(
        name === "NotAllowedError" ? "The microphone was not allowed. Allow it in the browser's address bar, then answer again." : name === "NotFoundError" ? "No microphone was found. Plug one in, then answer again." : `The microphone could not be opened (${name || String(error)}).`
      );
    }
    this.input = new AudioContext({ latencyHint: "interactive" });
    await this.input.audioWorklet.addModule(this.join.worklet);
    this.capture = new AudioWorkletNode(this.input, "earshot-capture", { numberOfOutputs: 0 });
    this.capture.port.onmessage = (m) => this.packet(m.data.first, m.data.samples, m.data.peak);
    this.input.createMediaStreamSource(this.microphone).connect(this.capture);
    await this.input.resume();
  }
  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/agent/${encodeURIComponent(this.join.callSid)}`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.say({ type: "hello", role: this.join.role, name: this.join.name, rate: this.input?.sampleRate ?? 0, resume: this.token });
    socket.onmessage = (m) => typeof m.data === "string" ? this.told(JSON.parse(m.data)) : this.heard(m.data);
    socket.onclose = (e) => this.lost(e);
    this.socket = socket;
  }
  told(message) {
    if (message.type === "welcome") {
      this.token = message.token ?? "";
      this.lostAt = 0;
    } else if (message.type === "state") {
      this.events.state(message);
    }
  }
  heard(message) {
    this.speakers[new DataView(message).getUint8(0)]?.play(new Int16Array(message.slice(HEADER)));
  }
  packet(first, samples, peak) {
    this.events.level(peak);
    if (this.socket?.readyState !== WebSocket.OPEN || this.token === "") return;
    const message = new ArrayBuffer(HEADER + samples.byteLength);
    const view = new DataView(message);
    view.setUint32(0, this.sequence++, true);
    view.setBigInt64(8, BigInt(first), true);
    new Int16Array(message, HEADER).set(samples);
    this.socket.send(message);
  }
  lost(event) {
    if (this.over) return;
    if (FINAL.has(event.code)) return this.end(event.reason || "the call is over", true);
    this.lostAt ||= performance.now();
    if (performance.now() - this.lostAt > RETRY_FOR_MS) return this.end("the connection was lost", true);
    this.events.closed("The connection was lost; coming back …", false);
    setTimeout(() => !this.over && this.connect(), RETRY_MS);
  }
  say(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
  end(reason, final) {
    if (this.over) return;
    this.over = true;
    this.socket?.close(1e3);
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    void this.input?.close();
    void this.output?.close();
    this.events.closed(reason, final);
  }
};
var Speaker = class {
  source;
  gain;
  place;
  constructor(context, onBuffer) {
    this.source = new AudioWorkletNode(context, "earshot-playback", { numberOfInputs: 0, outputChannelCount: [1] });
    this.source.port.onmessage = (m) => onBuffer(m.data.bufferMs, m.data.underruns);
    this.gain = context.createGain();
    this.place = context.createStereoPanner();
    this.source.connect(this.gain).connect(this.place).connect(context.destination);
  }
  play(samples) {
    this.source.port.postMessage(samples, [samples.buffer]);
  }
  set(isHeard, pan) {
    this.gain.gain.value = isHeard ? 1 : 0;
    this.place.pan.value = pan;
  }
};

// format.ts
function clock(seconds, digits = 1) {
  const unit = 10 ** digits;
  const whole = Math.round(Math.max(0, seconds) * unit);
  const pad = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / unit / 3600);
  const text = `${pad(Math.floor(whole / unit / 60) % 60)}:${pad(Math.floor(whole / unit) % 60)}`;
  const rest = digits > 0 ? `.${String(whole % unit).padStart(digits, "0")}` : "";
  return (hours > 0 ? `${hours}:` : "") + text + rest;
}
function spoken(seconds) {
  const minutes = Math.floor(seconds / 60);
  const rest = (seconds - minutes * 60).toFixed(1);
  return minutes > 0 ? `${minutes} minutes ${rest} seconds` : `${rest} seconds`;
}
function length(seconds) {
  return seconds >= 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds * 1e3)} ms`;
}
function dbfs(value) {
  return value > 0 ? `${(20 * Math.log10(value / 32768)).toFixed(1).replace("-", "−")} dBFS` : "−∞ dBFS";
}

// live.ts
var FLOOR_DBFS = -60;
var STAGES = 11;
var Live = class extends HTMLElement {
  source = null;
  cards = /* @__PURE__ */ new Map();
  connectedCallback() {
    this.source = new EventSource("/api/live");
    this.source.addEventListener("calls", (e) => this.show(JSON.parse(e.data).calls));
    this.source.onopen = () => this.classList.remove("away");
    this.source.onerror = () => this.classList.add("away");
  }
  disconnectedCallback() {
    this.source?.close();
  }
  show(calls) {
    const list = this.querySelector("#live-calls");
    for (const call of calls) {
      let card = this.cards.get(call.streamSid);
      if (!card) {
        card = new Card(call, this.getAttribute("worklet"), () => [...this.cards.values()].some((c) => c.isJoined));
        this.cards.set(call.streamSid, card);
        list.append(card.element);
      }
      card.show(call);
    }
    for (const [sid, card] of this.cards) {
      if (calls.some((c) => c.streamSid === sid) || card.isJoined) continue;
      if (card.endedFor() > 8e3) {
        card.element.remove();
        this.cards.delete(sid);
      }
    }
    this.querySelector("#live-empty").hidden = this.cards.size > 0;
    const waiting = calls.filter((c) => c.twoWay && !c.agent && !c.tracks.some((t) => t.track === "outbound" && t.levelDbfs !== null)).length;
    const count = document.getElementById("live-count");
    const text = calls.length === 0 ? "" : `${calls.length} running${waiting > 0 ? `, ${waiting} waiting for an agent` : ""}`;
    if (count && count.textContent !== text) count.textContent = text;
  }
};
var Card = class {
  constructor(call, worklet, isAnyJoined) {
    this.call = call;
    this.worklet = worklet;
    this.isAnyJoined = isAnyJoined;
    const title = element("h2", "");
    title.append(party(call.from), " ", span("arrow", "→"), " ", party(call.to));
    const link = document.createElement("a");
    link.href = `/calls/${encodeURIComponent(call.callSid)}`;
    link.textContent = "Open the call";
    link.className = "button";
    const head = element("div", "live-head");
    head.append(title, this.state, this.seconds);
    this.options.append(Object.assign(document.createElement("summary"), { textContent: "Microphone" }), this.echo.label, this.noise.label);
    this.actions.append(this.answer, this.listen, this.mute, this.hold, this.hangUp, this.sides.label, this.leave, this.options, link);
    this.note.setAttribute("role", "status");
    this.console.append(this.microphone.element);
    this.element.setAttribute("aria-label", `Call from ${call.from || "unknown"} to ${call.to || "unknown"}`);
    this.words.hidden = true;
    this.element.append(head, this.meters, this.words, this.console, this.figures, this.actions, this.note);
    this.update();
  }
  call;
  worklet;
  isAnyJoined;
  element = element("section", "live-call");
  state = element("span", "badge");
  seconds = element("span", "num");
  meters = element("div", "live-meters");
  actions = element("div", "live-actions");
  note = element("p", "live-note");
  console = element("div", "live-console");
  words = element("ul", "live-words");
  wordsShown = "";
  rows = /* @__PURE__ */ new Map();
  answer = button("Answer", () => void this.join("agent"), "primary");
  listen = button("Listen in", () => void this.join("listener"));
  mute = button("Mute", () => this.line?.mute(!this.told?.muted));
  hold = button("Hold", () => this.line?.hold(!this.told?.onHold));
  hangUp = button("Hang up", () => this.line?.hangUp(), "danger");
  leave = button("Leave", () => this.line?.leave());
  microphone = new Meter("your microphone");
  figures = element("p", "faint");
  echo = choice("Echo cancellation", true);
  noise = choice("Noise suppression", true);
  options = document.createElement("details");
  sides = select("Hear", [["both", "both sides"], ["inbound", "caller"], ["outbound", "agent"]], (side) => this.line?.hear(side));
  line = null;
  role = null;
  told = null;
  goneAt = 0;
  buffer = "";
  get isJoined() {
    return this.line !== null;
  }
  endedFor() {
    if (this.goneAt === 0) {
      this.goneAt = performance.now();
      this.element.classList.add("ended");
      this.update();
    }
    return performance.now() - this.goneAt;
  }
  show(call) {
    this.call = call;
    this.seconds.textContent = clock(call.seconds, 0);
    for (const track of call.tracks) {
      let row = this.rows.get(track.track);
      if (!row) {
        row = new Meter(track.speaker);
        for (const option of this.sides.input.options) if (option.value === track.track) option.textContent = track.speaker;
        this.rows.set(track.track, row);
        this.meters.append(row.element);
      }
      row.show(track.levelDbfs, describe(track));
    }
    this.speak(call.text);
    this.update();
  }
  /** What was said last, where it is transcribed live. */
  speak(text) {
    const state = text?.standing.state === "failing" ? `The engine fails: ${text.standing.reason}` : "";
    const shown = `${state}|${text?.lines.map((l) => l.number).join() ?? ""}|${text?.partials.map((p) => p.text).join("|") ?? ""}`;
    if (shown === this.wordsShown) return;
    this.wordsShown = shown;
    const items = (text?.lines ?? []).filter((l) => !l.line.withoutSpeech).map(({ line }) => {
      const item = element("li", line.doubted ? "doubted" : "");
      item.append(span(`who ${line.track}`, line.speaker), " ", line.text);
      return item;
    });
    for (const partial of text?.partials ?? []) {
      const item = element("li", "now");
      item.append(span(`who ${partial.track}`, partial.speaker), ` ${partial.text} …`);
      items.push(item);
    }
    if (state) items.push(Object.assign(element("li", "faint"), { textContent: state }));
    this.words.replaceChildren(...items);
    this.words.hidden = items.length === 0;
  }
  async join(role) {
    if (this.isAnyJoined()) {
      this.say("You are joined to another call. Leave it first.");
      return;
    }
    this.role = role;
    this.sides.input.value = "both";
    this.line = new AgentLine(
      { callSid: this.call.callSid, role, name: "", worklet: this.worklet, echoCancellation: this.echo.input.checked, noiseSuppression: this.noise.input.checked },
      {
        state: (state) => {
          this.told = state;
          this.say("");
          this.update();
        },
        level: (peak) => this.microphone.show(this.told?.muted ? null : 20 * Math.log10(Math.max(peak, 1e-6)), this.told?.muted ? "muted" : ""),
        buffer: (milliseconds, underruns) => this.buffer = `${Math.round(milliseconds)} ms buffered${underruns > 1 ? `, ${underruns} gaps` : ""}`,
        closed: (reason, final) => this.closed(reason, final)
      }
    );
    this.update();
    this.say(role === "agent" ? "Opening the microphone …" : "Joining …");
    try {
      await this.line.start();
    } catch (error) {
      this.closed(error instanceof Error ? error.message : String(error), true);
    }
  }
  closed(reason, final) {
    this.say(reason);
    if (!final) return;
    this.line = null;
    this.role = null;
    this.told = null;
    this.update();
  }
  say(text) {
    if (this.note.textContent !== text) this.note.textContent = text;
  }
  update() {
    const isAgent = this.role === "agent", isOver = this.goneAt > 0;
    const state = isOver ? ["ended", "ended"] : isAgent ? ["you are talking", "running"] : this.role ? ["you listen in", "running"] : this.call.agent ? [`with ${this.call.agent}`, "running"] : this.call.twoWay && this.rows.get("outbound")?.isIdle !== false ? ["waiting", "waiting"] : ["running", "running"];
    if (this.state.textContent !== state[0]) this.state.textContent = state[0];
    this.state.className = `badge ${state[1]}`;
    this.answer.hidden = this.options.hidden = isOver || this.isJoined || !this.call.twoWay || this.call.agent !== null;
    this.listen.hidden = isOver || this.isJoined;
    this.mute.hidden = this.hold.hidden = this.hangUp.hidden = this.console.hidden = !isAgent;
    this.leave.hidden = this.sides.label.hidden = this.role !== "listener";
    this.mute.setAttribute("aria-pressed", String(this.told?.muted ?? false));
    this.mute.textContent = this.told?.muted ? "Unmute" : "Mute";
    this.hold.setAttribute("aria-pressed", String(this.told?.onHold ?? false));
    this.hold.textContent = this.told?.onHold ? "Take back" : "Hold";
    const others = this.told?.listeners.length ?? this.call.listeners;
    const figures = [this.call.stage < STAGES ? `audio has come to stage ${this.call.stage} of ${STAGES}` : "", others > 0 ? `${others} listening in` : "", this.call.recording === "enabled" ? "" : "not recorded", this.call.trouble ?? "", isAgent ? this.buffer : ""].filter((t) => t !== "").join(" · ");
    if (this.figures.textContent !== figures) this.figures.textContent = figures;
  }
};
var Meter = class {
  element = element("div", "live-meter");
  bar = element("span", "live-bar");
  value = element("span", "value");
  words = element("span", "faint");
  isIdle = true;
  constructor(name) {
    const track = element("span", "live-track");
    track.append(this.bar);
    this.element.append(span("who", name), track, this.value, this.words);
  }
  show(dbfs2, words) {
    if (dbfs2 !== null && dbfs2 > FLOOR_DBFS) this.isIdle = false;
    const part2 = dbfs2 === null ? 0 : Math.max(0, Math.min(1, 1 - dbfs2 / FLOOR_DBFS));
    this.bar.style.transform = `scaleX(${part2.toFixed(3)})`;
    this.bar.classList.toggle("hot", dbfs2 !== null && dbfs2 > -3);
    const text = dbfs2 === null || dbfs2 < -90 ? "−∞" : `${dbfs2.toFixed(0).replace("-", "−")} dB`;
    if (this.value.textContent !== text) this.value.textContent = text;
    if (this.words.textContent !== words) this.words.textContent = words;
  }
};
function describe(track) {
  return [
    track.silentSeconds >= 2 ? `silent ${track.silentSeconds.toFixed(0)} s` : "",
    track.lostMs > 0 ? `${track.lostMs.toFixed(0)} ms lost` : "",
    track.stalls > 0 ? `${track.stalls} ${track.stalls === 1 ? "stall" : "stalls"}` : ""
  ].filter((t) => t !== "").join(" · ");
}
function element(tag, name) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  return made;
}
function span(name, text) {
  const made = element("span", name);
  made.textContent = text;
  return made;
}
function party(number) {
  return number ? span("", number) : span("faint", "unknown");
}
function button(text, act, name = "") {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.className = name;
  made.addEventListener("click", act);
  return made;
}
function choice(text, on) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = "checkbox";
  input.checked = on;
  label.append(input, ` ${text}`);
  return { label, input };
}
function select(text, options, change) {
  const label = document.createElement("label");
  const input = document.createElement("select");
  for (const [value, words] of options) input.append(new Option(words, value));
  input.addEventListener("change", () => change(input.value));
  label.append(`${text} `, input);
  return { label, input };
}

// local-time.ts
var day = new Intl.DateTimeFormat(void 0, { year: "numeric", month: "short", day: "2-digit" });
var time = new Intl.DateTimeFormat(void 0, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
var LocalTime = class extends HTMLElement {
  connectedCallback() {
    const element2 = this.querySelector("time");
    const moment = element2 ? new Date(element2.dateTime) : null;
    if (!element2 || !moment || Number.isNaN(moment.getTime())) return;
    const isToday = day.format(moment) === day.format(/* @__PURE__ */ new Date());
    element2.textContent = isToday ? `Today ${time.format(moment)}` : `${day.format(moment)}, ${time.format(moment)}`;
  }
};

// place.ts
function placeIn(hash) {
  const named = new URLSearchParams(hash.slice(1));
  const time2 = Number(named.get("t") ?? NaN);
  return Number.isFinite(time2) ? { time: time2, track: named.get("track"), stream: named.get("stream") } : null;
}

// peaks.ts
var maxColumns = 4e3;
async function fetchPeaks(recording, columns, start, end, signal) {
  const query = new URLSearchParams({
    columns: String(Math.min(maxColumns, Math.max(1, Math.round(columns)))),
    start: start.toFixed(4),
    end: end.toFixed(4)
  });
  const answer = await fetch(`/api/recordings/${encodeURIComponent(recording)}/peaks?${query}`, { signal: signal ?? null });
  return answer.ok ? await answer.json() : null;
}

// waveform.ts
var lines = [-6, -20, -40];
var fullScale = 32768;
var height = (value) => Math.sqrt(Math.min(1, Math.abs(value) / fullScale)) * Math.sign(value);
function fit(canvas, width, heightPx) {
  const scale = window.devicePixelRatio || 1;
  const w = Math.max(1, Math.round(width * scale));
  const h = Math.max(1, Math.round(heightPx * scale));
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  const context = canvas.getContext("2d");
  context?.clearRect(0, 0, w, h);
  return context;
}
function colorsOf(element2) {
  const style = getComputedStyle(element2);
  const of = (name) => style.getPropertyValue(name).trim() || "gray";
  return {
    wave: of("--wave"),
    rms: of("--wave-rms"),
    line: of("--wave-line"),
    text: of("--faint"),
    loss: of("--loss"),
    stall: of("--stall"),
    trouble: of("--trouble"),
    tick: of("--tick")
  };
}
function drawWave(canvas, context, drawing, colors, bare = false) {
  const { width, height: tall } = canvas;
  const scale = window.devicePixelRatio || 1;
  const middle = tall / 2;
  const reach = middle - scale;
  const span2 = drawing.end - drawing.start;
  if (span2 <= 0) return;
  const x = (seconds) => (seconds - drawing.start) / span2 * width;
  if (!bare) {
    context.fillStyle = colors.line;
    for (const level of lines) {
      const y = Math.round(reach * height(fullScale * 10 ** (level / 20)));
      context.fillRect(0, Math.round(middle) - y, width, 1);
      context.fillRect(0, Math.round(middle) + y, width, 1);
    }
  }
  context.fillStyle = colors.line;
  const first = Math.max(0, x(0));
  const last = Math.min(width, x(drawing.duration));
  context.fillRect(first, Math.round(middle), Math.max(0, last - first), 1);
  for (const mark of drawing.marks) {
    const left = x(mark.at);
    const wide = Math.max(2 * scale, x(mark.at + mark.duration) - left);
    if (left > width || left + wide < 0) continue;
    if (mark.kind === "loss" || mark.kind === "stall" || mark.kind === "recording-trouble" || mark.kind === "clock-jump" || mark.kind === "clock-back") {
      const color = mark.kind === "loss" ? colors.loss : mark.kind === "stall" ? colors.stall : colors.trouble;
      context.fillStyle = color;
      context.globalAlpha = 0.22;
      context.fillRect(left, 0, wide, tall);
      context.globalAlpha = 1;
      context.fillRect(left, 0, wide, bare ? tall : 4 * scale);
      if (!bare) context.fillRect(left, 0, scale, tall);
    } else if (!bare) {
      context.fillStyle = colors.tick;
      context.fillRect(left, tall - 6 * scale, 2 * scale, 6 * scale);
    }
  }
  const columns = (drawing.peaks && covers(drawing.peaks, drawing) ? drawing.peaks : null) ?? drawing.overview;
  if (!columns || columns.columns === 0) return;
  const perColumn = (columns.endSeconds - columns.startSeconds) / columns.columns;
  const index = (seconds) => (seconds - columns.startSeconds) / perColumn;
  for (let px = 0; px < width; px++) {
    const from = drawing.start + px / width * span2;
    const to = drawing.start + (px + 1) / width * span2;
    if (to <= 0 || from >= Math.min(drawing.duration, columns.durationSeconds)) continue;
    const i0 = Math.max(0, Math.floor(index(from) + 1e-6));
    const i1 = Math.min(columns.columns, Math.max(i0 + 1, Math.ceil(index(to) - 1e-6)));
    let low = fullScale, high = -fullScale, power = 0;
    for (let i = i0; i < i1; i++) {
      low = Math.min(low, columns.min[i] ?? 0);
      high = Math.max(high, columns.max[i] ?? 0);
      power = Math.max(power, columns.rms[i] ?? 0);
    }
    if (low > high) continue;
    const top = middle - height(high) * reach;
    const bottom = middle - height(low) * reach;
    context.fillStyle = colors.wave;
    context.fillRect(px, Math.floor(top), 1, Math.max(1, Math.ceil(bottom) - Math.floor(top)));
    const r = height(power) * reach;
    const rmsTop = Math.max(top, middle - r), rmsBottom = Math.min(bottom, middle + r);
    if (!bare && rmsBottom - rmsTop > 1) {
      context.fillStyle = colors.rms;
      context.fillRect(px, Math.floor(rmsTop), 1, Math.ceil(rmsBottom) - Math.floor(rmsTop));
    }
  }
  if (bare) return;
  context.fillStyle = colors.text;
  context.font = `${10 * scale}px system-ui, sans-serif`;
  context.textBaseline = "bottom";
  context.textAlign = "right";
  for (const level of lines.slice(0, 2)) {
    const y = middle - reach * height(fullScale * 10 ** (level / 20));
    context.fillText(`−${-level} dBFS`, width - 4 * scale, y - scale);
  }
}
function drawRuler(canvas, context, start, end, colors, label) {
  const { width, height: tall } = canvas;
  const scale = window.devicePixelRatio || 1;
  const span2 = end - start;
  if (span2 <= 0) return;
  const wanted = span2 / width * 90 * scale;
  const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
  const step = steps.find((s) => s >= wanted) ?? 14400;
  context.fillStyle = colors.text;
  context.font = `${11 * scale}px system-ui, sans-serif`;
  context.textBaseline = "top";
  for (let n = Math.ceil(start / step - 1e-9); n * step <= end + 1e-9; n++) {
    const x = Math.round((n * step - start) / span2 * width);
    context.fillRect(Math.min(x, width - 1), tall - 5 * scale, Math.max(1, Math.round(scale)), 5 * scale);
    const text = label(n * step, step);
    const wide = context.measureText(text).width;
    context.fillText(text, Math.min(Math.max(0, x - wide / 2), width - wide), 2 * scale);
  }
}
function covers(peaks, drawing) {
  const tolerance = (peaks.endSeconds - peaks.startSeconds) / peaks.columns;
  return peaks.startSeconds <= Math.max(0, drawing.start) + tolerance && peaks.endSeconds >= Math.min(drawing.end, drawing.duration) - tolerance;
}

// lane.ts
var overviewColumns = 2e3;
var followSeconds = 0.08;
var Lane = class {
  constructor(section, running) {
    this.section = section;
    this.running = running;
    this.recording = section.dataset["recording"] ?? "";
    this.speaker = section.dataset["speaker"] ?? "";
    this.offset = Number(section.dataset["offset"] ?? 0);
    this.duration = Number(section.dataset["duration"] ?? 0);
    this.segments = JSON.parse(section.dataset["segments"] ?? "[]");
    this.marks = JSON.parse(section.dataset["marks"] ?? "[]");
    for (const plain of section.querySelectorAll("audio")) plain.remove();
    this.audio = document.createElement("audio");
    this.audio.preload = "none";
    this.wave.className = "wave";
    this.head.className = "playhead";
    this.wave.append(this.canvas, this.head);
    this.wave.tabIndex = 0;
    this.wave.setAttribute("role", "slider");
    this.wave.setAttribute("aria-label", `Place in the call, ${this.speaker}`);
    this.wave.setAttribute("aria-valuemin", "0");
    section.append(this.wave, this.audio);
    if (this.segments.length > 0) {
      const mute = document.createElement("button");
      mute.type = "button";
      mute.className = "mute";
      mute.textContent = "Mute";
      mute.setAttribute("aria-pressed", "false");
      mute.setAttribute("aria-label", `Mute ${this.speaker}`);
      mute.addEventListener("click", () => {
        this.audio.muted = !this.audio.muted;
        mute.setAttribute("aria-pressed", String(this.audio.muted));
        section.classList.toggle("muted", this.audio.muted);
      });
      section.querySelector("h3")?.append(mute);
    }
  }
  section;
  running;
  recording;
  speaker;
  wave = document.createElement("div");
  offset;
  duration;
  marks;
  segments;
  canvas = document.createElement("canvas");
  head = document.createElement("div");
  audio;
  segment = -1;
  overview = null;
  detail = null;
  pending = null;
  wanted = "";
  isStale = false;
  get end() {
    return this.offset + this.duration;
  }
  get hasAudio() {
    return this.segments.length > 0;
  }
  get columnsOfAll() {
    return this.overview;
  }
  covers(time2) {
    return this.hasAudio && time2 >= this.offset && time2 < this.end;
  }
  /** The call's time that is heard at this moment; null when nothing is. */
  get heardAt() {
    const segment = this.segments[this.segment];
    return segment && !this.audio.paused && this.audio.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? this.offset + segment.start + this.audio.currentTime : null;
  }
  get waits() {
    return !this.audio.paused && this.audio.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && !this.audio.ended;
  }
  set rate(value) {
    this.audio.defaultPlaybackRate = value;
    this.audio.playbackRate = value;
  }
  /** Goes to a time, exactly. */
  seek(time2) {
    const place = time2 - this.offset;
    const index = this.segments.findIndex((s) => place >= s.start && place < s.start + s.duration);
    const segment = this.segments[index];
    if (!segment) {
      this.audio.pause();
      return;
    }
    if (index !== this.segment) {
      this.segment = index;
      this.audio.src = this.running ? `${segment.url}${segment.url.includes("?") ? "&" : "?"}until=${segment.duration.toFixed(3)}` : segment.url;
    }
    this.audio.currentTime = Math.max(0, place - segment.start);
  }
  /** Sounds, at about this time; small differences between lanes are left alone. */
  async play(time2) {
    if (!this.covers(time2)) {
      this.audio.pause();
      return;
    }
    const heard = this.heardAt;
    if (this.audio.paused || this.audio.ended || heard !== null && Math.abs(heard - time2) > followSeconds) this.seek(time2);
    if (this.audio.paused || this.audio.ended) await this.audio.play();
  }
  pause() {
    this.audio.pause();
  }
  /** A running recording has grown. */
  grow(fresh) {
    this.duration = Number(fresh.dataset["duration"] ?? this.duration);
    this.marks = JSON.parse(fresh.dataset["marks"] ?? "[]");
    if (this.audio.paused) {
      this.segments = JSON.parse(fresh.dataset["segments"] ?? "[]");
      this.segment = -1;
    }
    this.isStale = true;
    this.wanted = "";
  }
  draw(start, end) {
    const context = fit(this.canvas, this.wave.clientWidth, this.wave.clientHeight);
    if (!context) return;
    drawWave(this.canvas, context, {
      start: start - this.offset,
      end: end - this.offset,
      duration: this.duration,
      peaks: this.detail,
      overview: this.overview,
      marks: this.marks
    }, colorsOf(this.section));
  }
  /** Fetches what the view needs and says so when it is there. */
  async load(start, end, total, done) {
    if (!this.hasAudio || this.duration <= 0) return;
    const from = Math.max(0, start - this.offset);
    const to = Math.min(this.duration, end - this.offset);
    const columns = Math.round((to - from) / (end - start) * this.canvas.width);
    const key = `${from}/${to}/${columns}`;
    if (key === this.wanted || to <= from) return;
    this.wanted = key;
    this.pending?.abort();
    const pending = this.pending = new AbortController();
    try {
      if (!this.overview || this.isStale) {
        this.overview = await fetchPeaks(this.recording, overviewColumns, 0, this.duration, pending.signal) ?? this.overview;
        if (this.isStale) this.detail = null;
        this.isStale = false;
        done();
      }
      const isAll = end - start >= total && columns <= overviewColumns;
      if (!isAll) this.detail = await fetchPeaks(this.recording, columns, from, to, pending.signal);
      if (!isAll) done();
    } catch (e) {
      if (e.name !== "AbortError") this.wanted = "";
    }
  }
  place(time2, start, end, total) {
    const x = (time2 - start) / (end - start) * this.wave.clientWidth;
    this.head.style.transform = `translateX(${x.toFixed(1)}px)`;
    this.head.hidden = time2 < start || time2 > end;
    this.wave.setAttribute("aria-valuemax", total.toFixed(1));
    this.wave.setAttribute("aria-valuenow", time2.toFixed(1));
    this.wave.setAttribute("aria-valuetext", `${spoken(time2)} of ${spoken(total)}`);
  }
  /** What stands at a time, for the pointer. */
  describe(time2, reach) {
    const place = time2 - this.offset;
    const mark = this.marks.find((m) => place >= m.at - reach && place <= m.at + m.duration + reach);
    const words = [clock(time2, 2)];
    const columns = this.detail ?? this.overview;
    if (columns && place >= 0 && place < this.duration) {
      const i = Math.floor((place - columns.startSeconds) / (columns.endSeconds - columns.startSeconds) * columns.columns);
      const rms = columns.rms[i];
      if (rms !== void 0) words.push(`${dbfs(rms)} RMS`);
    }
    if (mark) words.push(`${mark.kind}${mark.duration > 0 ? ` ${length(mark.duration)}` : ""}: ${mark.detail}`);
    return words.join(" · ");
  }
};

// player.ts
var stepSeconds = 5;
var fineStepSeconds = 1;
var narrowestSeconds = 0.25;
var zoomStep = 2;
var dragPixels = 4;
var Player = class extends HTMLElement {
  lanes = [];
  time = 0;
  zero = 0;
  total = 0;
  start = 0;
  end = 0;
  playing = false;
  lastTick = 0;
  frame = 0;
  drawn = 0;
  loadTimer = 0;
  speed = 1;
  playButton = button2("Play", "play");
  clockText = document.createElement("span");
  ruler = document.createElement("canvas");
  mini = document.createElement("canvas");
  hint = document.createElement("p");
  fitButton = button2("Fit", "fit");
  observer = new ResizeObserver(() => this.show());
  scheme = matchMedia("(prefers-color-scheme: dark)");
  connectedCallback() {
    if (this.lanes.length > 0) return;
    const running = this.dataset["running"] === "true";
    this.lanes = [...this.querySelectorAll(".lane")].map((section) => new Lane(section, running));
    this.measure();
    this.end = this.total;
    this.build();
    this.observer.observe(this);
    this.scheme.addEventListener("change", this.show);
    document.addEventListener("click", this.onDocumentClick);
    document.addEventListener("earshot-refreshed", this.onRefreshed);
    window.addEventListener("hashchange", this.onPlace);
    this.show();
    this.onPlace();
  }
  disconnectedCallback() {
    this.pause();
    this.observer.disconnect();
    this.scheme.removeEventListener("change", this.show);
    document.removeEventListener("click", this.onDocumentClick);
    document.removeEventListener("earshot-refreshed", this.onRefreshed);
    window.removeEventListener("hashchange", this.onPlace);
  }
  /** Goes to a time of the call, in seconds. */
  seek(time2) {
    this.time = Math.min(Math.max(0, time2), this.total);
    for (const lane of this.lanes) lane.seek(this.time);
    if (this.time < this.start || this.time > this.end) this.view(this.time - (this.end - this.start) / 2, this.end - this.start);
    if (this.playing) for (const lane of this.lanes) void lane.play(this.time).catch(() => this.pause());
    this.place();
  }
  async play() {
    if (this.time >= this.total - 0.05) this.seek(0);
    this.playing = true;
    this.classList.add("playing");
    this.playButton.textContent = "Pause";
    this.lastTick = performance.now();
    try {
      await Promise.all(this.lanes.map((lane) => lane.play(this.time)));
    } catch (e) {
      if (e.name === "AbortError") return;
      this.hint.textContent = `This browser cannot play the file: ${e.message}`;
      this.pause();
      return;
    }
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(this.tick);
  }
  pause() {
    this.playing = false;
    this.classList.remove("playing");
    this.playButton.textContent = "Play";
    cancelAnimationFrame(this.frame);
    for (const lane of this.lanes) lane.pause();
    this.place();
  }
  /** The call's clock begins with the first sample of any lane. */
  measure() {
    this.zero = Math.min(...this.lanes.map((lane) => Number(lane.section.dataset["offset"] ?? 0)));
    for (const lane of this.lanes) lane.offset = Number(lane.section.dataset["offset"] ?? 0) - this.zero;
    this.total = Math.max(0.1, ...this.lanes.map((lane) => lane.end));
  }
  build() {
    const bar = document.createElement("div");
    bar.className = "player-bar";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Player");
    this.clockText.className = "clock";
    const rate = document.createElement("select");
    rate.setAttribute("aria-label", "Speed");
    for (const value of [0.5, 0.75, 1, 1.25, 1.5, 2]) rate.add(new Option(`${value}×`, String(value), value === 1, value === 1));
    rate.addEventListener("change", () => {
      this.speed = Number(rate.value);
      for (const lane of this.lanes) lane.rate = this.speed;
    });
    const out = button2("−", "zoom"), into = button2("+", "zoom");
    out.setAttribute("aria-label", "Zoom out");
    into.setAttribute("aria-label", "Zoom in");
    out.addEventListener("click", () => this.zoom(zoomStep, this.time));
    into.addEventListener("click", () => this.zoom(1 / zoomStep, this.time));
    this.fitButton.setAttribute("aria-label", "Fit the whole call");
    this.fitButton.addEventListener("click", () => this.view(0, this.total));
    this.playButton.addEventListener("click", () => this.toggle());
    this.playButton.disabled = !this.lanes.some((lane) => lane.hasAudio);
    const gap = document.createElement("span");
    gap.className = "gap";
    bar.append(this.playButton, this.clockText, rate, gap, out, into, this.fitButton);
    this.ruler.className = "ruler";
    this.mini.className = "mini";
    this.ruler.setAttribute("aria-hidden", "true");
    this.mini.setAttribute("aria-hidden", "true");
    this.hint.className = "hint";
    this.prepend(bar, this.mini, this.ruler);
    this.append(this.hint);
    this.addEventListener("keydown", this.onKey);
    for (const lane of this.lanes) this.listen(lane);
    this.drag(this.mini, (x, width) => this.view(x / width * this.total - (this.end - this.start) / 2, this.end - this.start));
    this.rest();
  }
  listen(lane) {
    const at = (e) => {
      const box = lane.wave.getBoundingClientRect();
      return this.start + (e.clientX - box.left) / box.width * (this.end - this.start);
    };
    lane.wave.addEventListener("click", (e) => this.seek(at(e)));
    lane.wave.addEventListener("pointermove", (e) => {
      this.hint.textContent = lane.describe(at(e), (this.end - this.start) / lane.wave.clientWidth * dragPixels);
    });
    lane.wave.addEventListener("pointerleave", () => this.rest());
    lane.wave.addEventListener("wheel", (e) => {
      if (e.ctrlKey || e.metaKey) {
        e.preventDefault();
        this.zoom(Math.exp(e.deltaY / 300), at(e));
      } else if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) {
        e.preventDefault();
        const moved = (e.deltaX || e.deltaY) / lane.wave.clientWidth * (this.end - this.start);
        this.view(this.start + moved, this.end - this.start);
      }
    }, { passive: false });
  }
  drag(element2, move) {
    const on = (e) => {
      const box = element2.getBoundingClientRect();
      move(e.clientX - box.left, box.width);
    };
    element2.addEventListener("pointerdown", (e) => {
      element2.setPointerCapture(e.pointerId);
      on(e);
    });
    element2.addEventListener("pointermove", (e) => {
      if (element2.hasPointerCapture(e.pointerId)) on(e);
    });
  }
  onKey = (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target instanceof HTMLSelectElement) return;
    const step = e.shiftKey ? fineStepSeconds : stepSeconds;
    const isButton = e.target instanceof HTMLButtonElement;
    switch (e.key) {
      case " ":
      case "k":
        if (isButton && e.key === " ") return;
        this.toggle();
        break;
      case "ArrowLeft":
      case "ArrowDown":
        this.seek(this.time - step);
        break;
      case "ArrowRight":
      case "ArrowUp":
        this.seek(this.time + step);
        break;
      case "Home":
        this.seek(0);
        break;
      case "End":
        this.seek(this.total);
        break;
      case "+":
      case "=":
        this.zoom(1 / zoomStep, this.time);
        break;
      case "-":
        this.zoom(zoomStep, this.time);
        break;
      case "0":
        this.view(0, this.total);
        break;
      default:
        return;
    }
    e.preventDefault();
  };
  /** A place in the table of events was chosen. */
  onDocumentClick = (e) => {
    const target = e.target instanceof Element ? e.target.closest("[data-seek]") : null;
    if (!target || target.dataset["stream"] && target.dataset["stream"] !== this.dataset["stream"]) return;
    const lane = this.lanes.find((l) => l.section.dataset["track"] === target.dataset["track"]) ?? this.lanes[0];
    this.goTo(Number(target.dataset["seek"]) + (lane?.offset ?? 0));
    if (target.dataset["play"] !== void 0) void this.play();
  };
  onPlace = () => {
    const place = placeIn(location.hash);
    const isMine = place?.stream ? place.stream === this.dataset["stream"] : document.querySelector("earshot-player") === this;
    if (place && isMine) this.goTo(place.time + (this.lanes.find((l) => l.section.dataset["track"] === place.track)?.offset ?? 0));
  };
  goTo(time2) {
    this.seek(time2);
    this.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }
  onRefreshed = (e) => {
    const page = e.detail;
    const fresh = [...page.querySelectorAll("earshot-player")].find((p) => p.dataset["stream"] === this.dataset["stream"]);
    const sections = fresh ? [...fresh.querySelectorAll(".lane")] : [];
    const isSame = fresh?.dataset["running"] === this.dataset["running"] && sections.length === this.lanes.length && sections.every((s) => this.lanes.some((l) => l.recording === s.dataset["recording"]));
    if (!isSame) {
      if (!this.playing) location.reload();
      return;
    }
    const whole = this.end >= this.total - 1e-3 && this.start <= 0;
    for (const lane of this.lanes) lane.grow(sections.find((s) => s.dataset["recording"] === lane.recording));
    this.total = Math.max(0.1, ...this.lanes.map((lane) => lane.end));
    this.playButton.disabled = !this.lanes.some((lane) => lane.hasAudio);
    if (whole) this.view(0, this.total);
    else this.show();
  };
  toggle() {
    if (this.playing) this.pause();
    else void this.play();
  }
  zoom(factor, around) {
    const span2 = Math.min(this.total, Math.max(Math.min(narrowestSeconds, this.total), (this.end - this.start) * factor));
    const inside = around >= this.start && around <= this.end ? around : (this.start + this.end) / 2;
    const share = (inside - this.start) / (this.end - this.start);
    this.view(inside - share * span2, span2);
  }
  view(start, span2) {
    const width = Math.min(span2, this.total);
    this.start = Math.min(Math.max(0, start), this.total - width);
    this.end = this.start + width;
    this.show();
  }
  show = () => {
    cancelAnimationFrame(this.drawn);
    this.drawn = requestAnimationFrame(() => {
      this.draw();
      clearTimeout(this.loadTimer);
      this.loadTimer = window.setTimeout(() => {
        for (const lane of this.lanes) void lane.load(this.start, this.end, this.total, () => this.draw());
      }, 60);
    });
  };
  draw() {
    if (!this.isConnected || this.clientWidth === 0) return;
    for (const lane of this.lanes) lane.draw(this.start, this.end);
    const colors = colorsOf(this);
    const ruler = fit(this.ruler, this.ruler.clientWidth, this.ruler.clientHeight);
    if (ruler) drawRuler(this.ruler, ruler, this.start, this.end, colors, (s, step) => clock(s, step < 0.1 ? 2 : step < 1 ? 1 : 0));
    const zoomed = this.end - this.start < this.total - 1e-3;
    this.mini.hidden = !zoomed;
    this.fitButton.disabled = !zoomed;
    if (zoomed) this.drawMini();
    this.place();
  }
  drawMini() {
    const context = fit(this.mini, this.mini.clientWidth, this.mini.clientHeight);
    if (!context) return;
    for (const lane of this.lanes)
      drawWave(this.mini, context, { start: -lane.offset, end: this.total - lane.offset, duration: lane.duration, peaks: null, overview: lane.columnsOfAll, marks: lane.marks }, colorsOf(lane.section), true);
    const { width, height: height2 } = this.mini;
    const left = this.start / this.total * width, right = this.end / this.total * width;
    const style = getComputedStyle(this);
    context.fillStyle = style.getPropertyValue("--shade").trim();
    context.fillRect(0, 0, left, height2);
    context.fillRect(right, 0, width - right, height2);
    context.strokeStyle = style.getPropertyValue("--accent").trim();
    context.lineWidth = 2 * devicePixelRatio;
    context.strokeRect(left, 0, Math.max(2, right - left), height2);
  }
  tick = (now) => {
    if (!this.playing) return;
    const heard = this.lanes.filter((lane) => lane.covers(this.time)).map((lane) => lane.heardAt).find((t) => t !== null) ?? null;
    const waiting = this.lanes.some((lane) => lane.waits);
    if (heard !== null && heard >= this.time - 1) this.time = Math.max(this.time, heard);
    else if (!waiting) this.time += (now - this.lastTick) / 1e3 * this.speed;
    this.lastTick = now;
    if (this.time >= this.total - 0.02) {
      this.time = this.total;
      this.pause();
      return;
    }
    for (const lane of this.lanes) void lane.play(this.time).catch(() => void 0);
    if (this.time > this.end) this.view(this.time, this.end - this.start);
    this.place();
    this.frame = requestAnimationFrame(this.tick);
  };
  place() {
    this.clockText.textContent = `${clock(this.time)} / ${clock(this.total)}`;
    this.dataset["time"] = this.time.toFixed(3);
    for (const lane of this.lanes) lane.place(this.time, this.start, this.end, this.total);
  }
  rest() {
    this.hint.textContent = "Click to go there · Space plays · ← → 5 s, with Shift 1 s · + − 0 zoom";
  }
};
function button2(text, name) {
  const element2 = document.createElement("button");
  element2.type = "button";
  element2.className = name;
  element2.textContent = text;
  return element2;
}

// refresh.ts
var Refresh = class extends HTMLElement {
  timer = 0;
  last = /* @__PURE__ */ new Map();
  connectedCallback() {
    for (const part2 of this.querySelectorAll("[data-refresh]")) this.last.set(part2.id, "");
    this.plan();
    document.addEventListener("visibilitychange", this.plan);
  }
  disconnectedCallback() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.plan);
  }
  plan = () => {
    clearTimeout(this.timer);
    const interval = Number(this.getAttribute("interval") ?? 5e3);
    if (!document.hidden) this.timer = window.setTimeout(() => void this.run(), interval);
  };
  async run() {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
      if (answer.ok) this.take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      else if (answer.status === 404) location.reload();
    } catch {
    }
    if (this.isConnected) this.plan();
  }
  take(page) {
    const fresh = page.querySelector("earshot-refresh");
    if (!fresh) {
      if (!document.querySelector("earshot-player.playing")) location.reload();
      return;
    }
    this.setAttribute("interval", fresh.getAttribute("interval") ?? "5000");
    for (const part2 of fresh.querySelectorAll("[data-refresh]")) this.replace(part2);
    this.dispatchEvent(new CustomEvent("earshot-refreshed", { bubbles: true, detail: page }));
  }
  replace(part2) {
    const old = document.getElementById(part2.id);
    const html = part2.innerHTML;
    if (!old || this.last.get(part2.id) === html) return;
    this.last.set(part2.id, html);
    if (old.querySelector("details[open]") || getSelection()?.isCollapsed === false && old.contains(getSelection()?.anchorNode ?? null)) return;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const scrolled = old.querySelector(".scroll")?.scrollTop ?? 0;
    const nodes = [...document.importNode(part2, true).childNodes];
    old.replaceChildren(...nodes);
    if (scrolled > 0) old.querySelector(".scroll")?.scrollTo(0, scrolled);
    if (focused?.id) document.getElementById(focused.id)?.focus({ preventScroll: true });
  }
};

// transcript.ts
var CALL_ENDED = 4e3;
var RETRY_MS2 = 2e3;
var LiveTranscript = class extends HTMLElement {
  socket = null;
  retry = 0;
  seen = /* @__PURE__ */ new Set();
  partials = /* @__PURE__ */ new Map();
  connectedCallback() {
    this.open();
  }
  disconnectedCallback() {
    clearTimeout(this.retry);
    this.socket?.close();
    this.socket = null;
  }
  open() {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/calls/${encodeURIComponent(this.dataset["call"] ?? "")}/transcript/stream`);
    this.socket = socket;
    socket.onmessage = (e) => this.take(JSON.parse(String(e.data)));
    socket.onclose = (e) => {
      if (this.socket !== socket || e.code === CALL_ENDED) return;
      if (e.reason) this.say(e.reason);
      this.retry = window.setTimeout(() => this.open(), RETRY_MS2);
    };
  }
  take(message) {
    if (message.type === "state") {
      const late = message.waitingSeconds > 0 ? `${message.waitingSeconds.toFixed(1)} s of speech wait for the engine. ` : "";
      const left = message.skippedSeconds > 0 ? `${message.skippedSeconds.toFixed(1)} s were left out; they are sent after the call. ` : "";
      this.say(message.state === "failing" ? `The engine fails: ${message.reason}. ${left}` : message.state === "ok" && !left ? "" : late + left);
      return;
    }
    if (message.type === "partial") {
      this.hear(`${message.streamSid}/${message.track}`, message);
      return;
    }
    this.hear(`${message.streamSid}/${message.line.track}`, null);
    const key = `${message.streamSid}/${message.number}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.querySelector("ol:not(.now)").append(this.item(message.line));
  }
  /** What a side is saying at this moment, until its line comes. */
  hear(side, partial) {
    this.partials.get(side)?.remove();
    this.partials.delete(side);
    if (!partial?.text) return;
    const item = document.createElement("li");
    item.className = partial.track;
    const words = document.createElement("div");
    words.append(part("at", clock(partial.startSeconds)), part("who", partial.speaker), part("text", `${partial.text} …`));
    item.append(words);
    this.partials.set(side, item);
    this.querySelector("ol.now").append(item);
  }
  say(text) {
    const status = this.querySelector(".standing");
    if (status.textContent !== text) status.textContent = text;
  }
  item(line) {
    const item = document.createElement("li");
    item.className = `${line.track}${line.withoutSpeech ? " invented" : line.doubted ? " doubted" : ""}`;
    const button3 = document.createElement("button");
    button3.type = "button";
    Object.assign(button3.dataset, { seek: String(line.inRecordingSeconds), track: line.track, play: "" });
    button3.append(part("at", clock(line.startSeconds)), part("who", line.speaker), part("text", line.withoutSpeech ? `“${line.text}”` : line.text));
    item.append(button3);
    if (line.doubted) {
      const why = document.createElement("p");
      why.className = "why";
      const head = document.createElement("b");
      head.textContent = line.withoutSpeech ? "Not said" : "Doubted";
      why.append(head, ` ${line.doubts.map((d) => d.message).join("; ")}`);
      item.append(why);
    }
    return item;
  }
};
function part(name, text) {
  const span2 = document.createElement("span");
  span2.className = name;
  span2.textContent = text;
  return span2;
}

// earshot.ts
customElements.define("earshot-time", LocalTime);
customElements.define("earshot-copy", Copy);
customElements.define("earshot-player", Player);
customElements.define("earshot-refresh", Refresh);
customElements.define("earshot-live", Live);
customElements.define("earshot-transcript", LiveTranscript);
