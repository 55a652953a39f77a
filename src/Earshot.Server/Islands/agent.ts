export interface CallState {
  agent: string | null;
  listeners: string[];
  muted: boolean;
  onHold: boolean;
  driftPpm: number;
  lineQueueMs: number;
  skippedMs: number;
}

export interface AgentEvents {
  state(state: CallState): void;
  level(peak: number): void;
  buffer(milliseconds: number, underruns: number): void;
  /** `final` is false while it tries to come back. */
  closed(reason: string, final: boolean): void;
}

export interface Join {
  callSid: string;
  role: "agent" | "listener";
  name: string;
  worklet: string;
  echoCancellation: boolean;
  noiseSuppression: boolean;
}

/** What a listener hears. */
export type Side = "both" | "inbound" | "outbound";

const TRACKS = ["inbound", "outbound"] as const;
const HEADER = 16;
const RETRY_MS = 500;
const RETRY_FOR_MS = 5000;
const FINAL = new Set([1000, 4000, 4400, 4404, 4405, 4409]);

/** One browser joined to one call: microphone and headphones over one socket, which comes back by itself within 5 s. */
export class AgentLine {
  private socket: WebSocket | null = null;
  private token = "";
  private sequence = 0;
  private lostAt = 0;
  private over = false;
  private output: AudioContext | null = null;
  private input: AudioContext | null = null;
  private microphone: MediaStream | null = null;
  private readonly speakers: Speaker[] = [];
  private capture: AudioWorkletNode | null = null;

  constructor(
    private readonly join: Join,
    private readonly events: AgentEvents,
  ) {}

  /** Asks for the microphone (of an agent), then joins. Rejects with words for the user. */
  async start(): Promise<void> {
    if (this.join.role === "agent") await this.openMicrophone();
    this.output = new AudioContext({ sampleRate: 16000, latencyHint: "interactive" });
    await this.output.audioWorklet.addModule(this.join.worklet);
    for (const track of TRACKS) this.speakers.push(new Speaker(this.output, (ms, underruns) => track === "inbound" && this.events.buffer(ms, underruns)));
    this.hear("both");
    await this.output.resume();
    this.connect();
  }

  mute(on: boolean): void {
    this.capture?.port.postMessage({ muted: on }); // What is muted does not even leave the browser.
    this.say({ type: "mute", on });
  }

  hold(on: boolean): void {
    this.say({ type: "hold", on });
  }

  hangUp(): void {
    this.say({ type: "hangup" });
  }

  /** Of a listener: both sides, a little to the left and the right of each other, or one. An agent gets the caller alone. */
  hear(side: Side): void {
    const apart = side === "both" && this.join.role === "listener" ? 0.5 : 0;
    TRACKS.forEach((track, i) => this.speakers[i]?.set(side === "both" || side === track, i === 0 ? -apart : apart));
  }

  /** Leaves the call; it goes on. */
  leave(): void {
    this.end("you left", true);
  }

  private async openMicrophone(): Promise<void> {
    if (!navigator.mediaDevices) throw new Error("The browser gives the microphone to https and localhost only. Open this page through one of them.");
    try {
      this.microphone = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: this.join.echoCancellation, noiseSuppression: this.join.noiseSuppression, autoGainControl: false },
      });
    } catch (error) {
      const name = error instanceof DOMException ? error.name : "";
      throw new Error(
        name === "NotAllowedError" ? "The microphone was not allowed. Allow it in the browser's address bar, then answer again."
        : name === "NotFoundError" ? "No microphone was found. Plug one in, then answer again."
        : `The microphone could not be opened (${name || String(error)}).`,
      );
    }
    this.input = new AudioContext({ latencyHint: "interactive" });
    await this.input.audioWorklet.addModule(this.join.worklet);
    this.capture = new AudioWorkletNode(this.input, "earshot-capture", { numberOfOutputs: 0 });
    this.capture.port.onmessage = (m) => this.packet(m.data.first, m.data.samples, m.data.peak);
    this.input.createMediaStreamSource(this.microphone).connect(this.capture);
    await this.input.resume();
  }

  private connect(): void {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/agent/${encodeURIComponent(this.join.callSid)}`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.say({ type: "hello", role: this.join.role, name: this.join.name, rate: this.input?.sampleRate ?? 0, resume: this.token });
    socket.onmessage = (m) => (typeof m.data === "string" ? this.told(JSON.parse(m.data)) : this.heard(m.data as ArrayBuffer));
    socket.onclose = (e) => this.lost(e);
    this.socket = socket;
  }

  private told(message: { type: string; token?: string } & CallState): void {
    if (message.type === "welcome") {
      this.token = message.token ?? "";
      this.lostAt = 0;
    } else if (message.type === "state") {
      this.events.state(message);
    }
  }

  private heard(message: ArrayBuffer): void {
    this.speakers[new DataView(message).getUint8(0)]?.play(new Int16Array(message.slice(HEADER)));
  }

  private packet(first: number, samples: Int16Array, peak: number): void {
    this.events.level(peak);
    if (this.socket?.readyState !== WebSocket.OPEN || this.token === "") return;
    const message = new ArrayBuffer(HEADER + samples.byteLength);
    const view = new DataView(message);
    view.setUint32(0, this.sequence++, true);
    view.setBigInt64(8, BigInt(first), true);
    new Int16Array(message, HEADER).set(samples);
    this.socket.send(message);
  }

  private lost(event: CloseEvent): void {
    if (this.over) return;
    if (FINAL.has(event.code)) return this.end(event.reason || "the call is over", true);
    this.lostAt ||= performance.now();
    if (performance.now() - this.lostAt > RETRY_FOR_MS) return this.end("the connection was lost", true);
    this.events.closed("The connection was lost; coming back …", false);
    setTimeout(() => !this.over && this.connect(), RETRY_MS);
  }

  private say(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private end(reason: string, final: boolean): void {
    if (this.over) return;
    this.over = true;
    this.socket?.close(1000);
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    void this.input?.close();
    void this.output?.close();
    this.events.closed(reason, final);
  }
}

/** One side in the headphones, with a jitter buffer of its own. */
class Speaker {
  private readonly source: AudioWorkletNode;
  private readonly gain: GainNode;
  private readonly place: StereoPannerNode;

  constructor(context: AudioContext, onBuffer: (milliseconds: number, underruns: number) => void) {
    this.source = new AudioWorkletNode(context, "earshot-playback", { numberOfInputs: 0, outputChannelCount: [1] });
    this.source.port.onmessage = (m) => onBuffer(m.data.bufferMs, m.data.underruns);
    this.gain = context.createGain();
    this.place = context.createStereoPanner();
    this.source.connect(this.gain).connect(this.place).connect(context.destination);
  }

  play(samples: Int16Array): void {
    this.source.port.postMessage(samples, [samples.buffer]);
  }

  set(isHeard: boolean, pan: number): void {
    this.gain.gain.value = isHeard ? 1 : 0;
    this.place.pan.value = pan;
  }
}
