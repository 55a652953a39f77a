import { AgentLine, type CallState, type Side } from "./agent";
import { clock } from "./format";

interface LiveTrack { track: string; speaker: string; levelDbfs: number | null; silentSeconds: number; lostMs: number; stalls: number }
interface LiveCall {
  callSid: string; streamSid: string; from: string; to: string; startedAt: string; seconds: number; stage: number;
  twoWay: boolean; recording: string; trouble: string | null; agent: string | null; listeners: number; tracks: LiveTrack[];
  text: { standing: { state: string; reason: string; skippedSeconds: number }; lines: { number: number; line: { track: string; speaker: string; text: string; doubted: boolean; withoutSpeech: boolean } }[]; partials: { track: string; speaker: string; text: string }[] } | null;
}

const FLOOR_DBFS = -60;
const STAGES = 11;

/** The running calls with their levels, and the console of the call that this browser is joined to. */
export class Live extends HTMLElement {
  private source: EventSource | null = null;
  private readonly cards = new Map<string, Card>();

  connectedCallback(): void {
    this.source = new EventSource("/api/live");
    this.source.addEventListener("calls", (e) => this.show(JSON.parse((e as MessageEvent<string>).data).calls));
    this.source.onopen = () => this.classList.remove("away");
    this.source.onerror = () => this.classList.add("away");
  }

  disconnectedCallback(): void {
    this.source?.close();
  }

  private show(calls: LiveCall[]): void {
    const list = this.querySelector("#live-calls")!;
    for (const call of calls) {
      let card = this.cards.get(call.streamSid);
      if (!card) {
        card = new Card(call, this.getAttribute("worklet")!, () => [...this.cards.values()].some((c) => c.isJoined));
        this.cards.set(call.streamSid, card);
        list.append(card.element);
      }
      card.show(call);
    }
    for (const [sid, card] of this.cards) {
      if (calls.some((c) => c.streamSid === sid) || card.isJoined) continue;
      if (card.endedFor() > 8000) {
        card.element.remove();
        this.cards.delete(sid);
      }
    }
    this.querySelector<HTMLElement>("#live-empty")!.hidden = this.cards.size > 0;
    const waiting = calls.filter((c) => c.twoWay && !c.agent && !c.tracks.some((t) => t.track === "outbound" && t.levelDbfs !== null)).length;
    const count = document.getElementById("live-count");
    const text = calls.length === 0 ? "" : `${calls.length} running${waiting > 0 ? `, ${waiting} waiting for an agent` : ""}`;
    if (count && count.textContent !== text) count.textContent = text;
  }
}

/** One running call. */
class Card {
  readonly element = element("section", "live-call");
  private readonly state = element("span", "badge");
  private readonly seconds = element("span", "num");
  private readonly meters = element("div", "live-meters");
  private readonly actions = element("div", "live-actions");
  private readonly note = element("p", "live-note");
  private readonly console = element("div", "live-console");
  private readonly words = element("ul", "live-words");
  private wordsShown = "";
  private readonly rows = new Map<string, Meter>();
  private readonly answer = button("Answer", () => void this.join("agent"), "primary");
  private readonly listen = button("Listen in", () => void this.join("listener"));
  private readonly mute = button("Mute", () => this.line?.mute(!this.told?.muted));
  private readonly hold = button("Hold", () => this.line?.hold(!this.told?.onHold));
  private readonly hangUp = button("Hang up", () => this.line?.hangUp(), "danger");
  private readonly leave = button("Leave", () => this.line?.leave());
  private readonly microphone = new Meter("your microphone");
  private readonly figures = element("p", "faint");
  private readonly echo = choice("Echo cancellation", true);
  private readonly noise = choice("Noise suppression", true);
  private readonly options = document.createElement("details");
  private readonly sides = select("Hear", [["both", "both sides"], ["inbound", "caller"], ["outbound", "agent"]], (side) => this.line?.hear(side as Side));
  private line: AgentLine | null = null;
  private role: "agent" | "listener" | null = null;
  private told: CallState | null = null;
  private goneAt = 0;
  private buffer = "";

  constructor(
    private call: LiveCall,
    private readonly worklet: string,
    private readonly isAnyJoined: () => boolean,
  ) {
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

  get isJoined(): boolean {
    return this.line !== null;
  }

  endedFor(): number {
    if (this.goneAt === 0) {
      this.goneAt = performance.now();
      this.element.classList.add("ended");
      this.update();
    }
    return performance.now() - this.goneAt;
  }

  show(call: LiveCall): void {
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
  private speak(text: LiveCall["text"]): void {
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

  private async join(role: "agent" | "listener"): Promise<void> {
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
        buffer: (milliseconds, underruns) => (this.buffer = `${Math.round(milliseconds)} ms buffered${underruns > 1 ? `, ${underruns} gaps` : ""}`),
        closed: (reason, final) => this.closed(reason, final),
      },
    );
    this.update();
    this.say(role === "agent" ? "Opening the microphone …" : "Joining …");
    try {
      await this.line.start();
    } catch (error) {
      this.closed(error instanceof Error ? error.message : String(error), true);
    }
  }

  private closed(reason: string, final: boolean): void {
    this.say(reason);
    if (!final) return;
    this.line = null;
    this.role = null;
    this.told = null;
    this.update();
  }

  private say(text: string): void {
    if (this.note.textContent !== text) this.note.textContent = text;
  }

  private update(): void {
    const isAgent = this.role === "agent", isOver = this.goneAt > 0;
    const state = isOver ? ["ended", "ended"] : isAgent ? ["you are talking", "running"] : this.role ? ["you listen in", "running"]
      : this.call.agent ? [`with ${this.call.agent}`, "running"] : this.call.twoWay && this.rows.get("outbound")?.isIdle !== false ? ["waiting", "waiting"] : ["running", "running"];
    if (this.state.textContent !== state[0]) this.state.textContent = state[0]!;
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
}

/** A level between -60 and 0 dBFS. */
class Meter {
  readonly element = element("div", "live-meter");
  private readonly bar = element("span", "live-bar");
  private readonly value = element("span", "value");
  private readonly words = element("span", "faint");
  isIdle = true;

  constructor(name: string) {
    const track = element("span", "live-track");
    track.append(this.bar);
    this.element.append(span("who", name), track, this.value, this.words);
  }

  show(dbfs: number | null, words: string): void {
    if (dbfs !== null && dbfs > FLOOR_DBFS) this.isIdle = false;
    const part = dbfs === null ? 0 : Math.max(0, Math.min(1, 1 - dbfs / FLOOR_DBFS));
    this.bar.style.transform = `scaleX(${part.toFixed(3)})`;
    this.bar.classList.toggle("hot", dbfs !== null && dbfs > -3);
    const text = dbfs === null || dbfs < -90 ? "−∞" : `${dbfs.toFixed(0).replace("-", "−")} dB`;
    if (this.value.textContent !== text) this.value.textContent = text;
    if (this.words.textContent !== words) this.words.textContent = words;
  }
}

function describe(track: LiveTrack): string {
  return [
    track.silentSeconds >= 2 ? `silent ${track.silentSeconds.toFixed(0)} s` : "",
    track.lostMs > 0 ? `${track.lostMs.toFixed(0)} ms lost` : "",
    track.stalls > 0 ? `${track.stalls} ${track.stalls === 1 ? "stall" : "stalls"}` : "",
  ].filter((t) => t !== "").join(" · ");
}

function element(tag: string, name: string): HTMLElement {
  const made = document.createElement(tag);
  if (name) made.className = name;
  return made;
}

function span(name: string, text: string): HTMLElement {
  const made = element("span", name);
  made.textContent = text;
  return made;
}

function party(number: string): HTMLElement {
  return number ? span("", number) : span("faint", "unknown");
}

function button(text: string, act: () => void, name = ""): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.className = name;
  made.addEventListener("click", act);
  return made;
}

function choice(text: string, on: boolean): { label: HTMLElement; input: HTMLInputElement } {
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = "checkbox";
  input.checked = on;
  label.append(input, ` ${text}`);
  return { label, input };
}

function select(text: string, options: [value: string, text: string][], change: (value: string) => void): { label: HTMLElement; input: HTMLSelectElement } {
  const label = document.createElement("label");
  const input = document.createElement("select");
  for (const [value, words] of options) input.append(new Option(words, value));
  input.addEventListener("change", () => change(input.value));
  label.append(`${text} `, input);
  return { label, input };
}
