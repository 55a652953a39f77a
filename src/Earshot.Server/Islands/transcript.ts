import { clock } from "./format";

interface Doubt { code: string; message: string }
interface Line { recordingId: string; track: string; speaker: string; startSeconds: number; inRecordingSeconds: number; text: string; doubted: boolean; withoutSpeech: boolean; trust: number; doubts: Doubt[] }
type Message = { type: "line"; number: number; streamSid: string; line: Line } | { type: "partial"; streamSid: string; track: string; speaker: string; startSeconds: number; text: string } | { type: "state"; streamSid: string; state: string; reason: string; waitingSeconds: number; skippedSeconds: number };

const CALL_ENDED = 4000;
const RETRY_MS = 2000;

/** What is said in a running call, as it is said. */
export class LiveTranscript extends HTMLElement {
  private socket: WebSocket | null = null;
  private retry = 0;
  private seen = new Set<string>();
  private readonly partials = new Map<string, HTMLElement>();

  connectedCallback(): void {
    this.open();
  }

  disconnectedCallback(): void {
    clearTimeout(this.retry);
    this.socket?.close();
    this.socket = null;
  }

  private open(): void {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/calls/${encodeURIComponent(this.dataset["call"] ?? "")}/transcript/stream`);
    this.socket = socket;
    socket.onmessage = (e) => this.take(JSON.parse(String(e.data)) as Message);
    socket.onclose = (e) => {
      if (this.socket !== socket || e.code === CALL_ENDED) return;
      // The stream may not have begun, or the server is away: the lines so far come again with the next connection.
      if (e.reason) this.say(e.reason);
      this.retry = window.setTimeout(() => this.open(), RETRY_MS);
    };
  }

  private take(message: Message): void {
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
    this.querySelector("ol:not(.now)")!.append(this.item(message.line));
  }

  /** What a side is saying at this moment, until its line comes. */
  private hear(side: string, partial: { track: string; speaker: string; startSeconds: number; text: string } | null): void {
    this.partials.get(side)?.remove();
    this.partials.delete(side);
    if (!partial?.text) return;
    const item = document.createElement("li");
    item.className = partial.track;
    const words = document.createElement("div");
    words.append(part("at", clock(partial.startSeconds)), part("who", partial.speaker), part("text", `${partial.text} …`));
    item.append(words);
    this.partials.set(side, item);
    this.querySelector("ol.now")!.append(item);
  }

  private say(text: string): void {
    const status = this.querySelector<HTMLElement>(".standing")!;
    if (status.textContent !== text) status.textContent = text;
  }

  private item(line: Line): HTMLElement {
    const item = document.createElement("li");
    item.className = `${line.track}${line.withoutSpeech ? " invented" : line.doubted ? " doubted" : ""}`;
    const button = document.createElement("button");
    button.type = "button";
    Object.assign(button.dataset, { seek: String(line.inRecordingSeconds), track: line.track, play: "" });
    button.append(part("at", clock(line.startSeconds)), part("who", line.speaker), part("text", line.withoutSpeech ? `“${line.text}”` : line.text));
    item.append(button);
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
}

function part(name: string, text: string): HTMLElement {
  const span = document.createElement("span");
  span.className = name;
  span.textContent = text;
  return span;
}
