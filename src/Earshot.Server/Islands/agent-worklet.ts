/** Runs on the browser's audio thread: the microphone out in packets of 20 ms, the caller's audio in through a small jitter buffer. */

declare const sampleRate: number;
declare const currentFrame: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
  abstract process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}

const PACKETS_A_SECOND = 50;

/** Sends { first, samples, peak }: `first` counts samples by the device's own clock. */
class Capture extends AudioWorkletProcessor {
  private readonly packet = new Int16Array(Math.round(sampleRate / PACKETS_A_SECOND));
  private filled = 0;
  private first = 0;
  private peak = 0;
  private muted = false;

  constructor() {
    super();
    this.port.onmessage = (message) => (this.muted = message.data.muted === true);
  }

  process(inputs: Float32Array[][]): boolean {
    const input = inputs[0]?.[0];
    if (!input) return true; // No microphone yet: time goes on by the count of samples.
    if (this.filled > 0 && this.first + this.filled !== currentFrame) this.filled = 0;
    for (let i = 0; i < input.length; i++) {
      if (this.filled === 0) this.first = currentFrame + i;
      const value = Math.max(-1, Math.min(1, input[i]!));
      this.peak = Math.max(this.peak, Math.abs(value));
      this.packet[this.filled++] = this.muted ? 0 : Math.round(value * 32767);
      if (this.filled === this.packet.length) this.send();
    }
    return true;
  }

  private send(): void {
    const samples = this.packet.slice();
    this.port.postMessage({ first: this.first, samples, peak: this.peak }, [samples.buffer]);
    this.filled = 0;
    this.peak = 0;
  }
}

const TARGET = 0.06 * 16000;
const MOST = 0.2 * 16000;
const NUDGE = 0.02 * 16000;

/** Plays 16 kHz samples. Waits for 60 ms, then keeps about as much: one sample in 128 is left out or doubled while the two clocks differ. */
class Playback extends AudioWorkletProcessor {
  private readonly ring = new Float32Array(32768);
  private read = 0;
  private count = 0;
  private playing = false;
  private average = TARGET;
  private underruns = 0;
  private blocks = 0;

  constructor() {
    super();
    this.port.onmessage = (message) => this.take(message.data as Int16Array);
  }

  process(_: Float32Array[][], outputs: Float32Array[][]): boolean {
    const output = outputs[0]![0]!;
    if (!this.playing && this.count >= TARGET) this.playing = true;
    if (this.playing && this.count < output.length + 1) {
      this.playing = false;
      this.underruns++;
    }
    if (this.playing) this.play(output);
    else output.fill(0);
    if (++this.blocks % 64 === 0) this.port.postMessage({ bufferMs: this.count / 16, underruns: this.underruns });
    return true;
  }

  private take(samples: Int16Array): void {
    for (const sample of samples) this.ring[(this.read + this.count++) % this.ring.length] = sample / 32768;
    if (this.count > MOST) this.skip(this.count - TARGET); // A burst after a stall: what is that late is not played.
  }

  private play(output: Float32Array): void {
    this.average += (this.count - this.average) / 256;
    for (let i = 0; i < output.length; i++) output[i] = this.ring[(this.read + i) % this.ring.length]!;
    const off = this.average - TARGET;
    this.skip(output.length + (off > NUDGE ? 1 : off < -NUDGE ? -1 : 0));
  }

  private skip(samples: number): void {
    const whole = Math.round(samples);
    this.read = (this.read + whole) % this.ring.length;
    this.count -= whole;
  }
}

registerProcessor("earshot-capture", Capture);
registerProcessor("earshot-playback", Playback);
