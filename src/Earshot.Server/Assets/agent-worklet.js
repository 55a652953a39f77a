// agent-worklet.ts
var PACKETS_A_SECOND = 50;
var Capture = class extends AudioWorkletProcessor {
  packet = new Int16Array(Math.round(sampleRate / PACKETS_A_SECOND));
  filled = 0;
  first = 0;
  peak = 0;
  muted = false;
  constructor() {
    super();
    this.port.onmessage = (message) => this.muted = message.data.muted === true;
  }
  process(inputs) {
    const input = inputs[0]?.[0];
    if (!input) return true;
    if (this.filled > 0 && this.first + this.filled !== currentFrame) this.filled = 0;
    for (let i = 0; i < input.length; i++) {
      if (this.filled === 0) this.first = currentFrame + i;
      const value = Math.max(-1, Math.min(1, input[i]));
      this.peak = Math.max(this.peak, Math.abs(value));
      this.packet[this.filled++] = this.muted ? 0 : Math.round(value * 32767);
      if (this.filled === this.packet.length) this.send();
    }
    return true;
  }
  send() {
    const samples = this.packet.slice();
    this.port.postMessage({ first: this.first, samples, peak: this.peak }, [samples.buffer]);
    this.filled = 0;
    this.peak = 0;
  }
};
var TARGET = 0.06 * 16e3;
var MOST = 0.2 * 16e3;
var NUDGE = 0.02 * 16e3;
var Playback = class extends AudioWorkletProcessor {
  ring = new Float32Array(32768);
  read = 0;
  count = 0;
  playing = false;
  average = TARGET;
  underruns = 0;
  blocks = 0;
  constructor() {
    super();
    this.port.onmessage = (message) => this.take(message.data);
  }
  process(_, outputs) {
    const output = outputs[0][0];
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
  take(samples) {
    for (const sample of samples) this.ring[(this.read + this.count++) % this.ring.length] = sample / 32768;
    if (this.count > MOST) this.skip(this.count - TARGET);
  }
  play(output) {
    this.average += (this.count - this.average) / 256;
    for (let i = 0; i < output.length; i++) output[i] = this.ring[(this.read + i) % this.ring.length];
    const off = this.average - TARGET;
    this.skip(output.length + (off > NUDGE ? 1 : off < -NUDGE ? -1 : 0));
  }
  skip(samples) {
    const whole = Math.round(samples);
    this.read = (this.read + whole) % this.ring.length;
    this.count -= whole;
  }
};
registerProcessor("earshot-capture", Capture);
registerProcessor("earshot-playback", Playback);
