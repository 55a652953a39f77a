import type { Peaks } from "./peaks";

/** A mark on the waveform, in seconds of the lane's own recording. */
export interface Mark {
  kind: string;
  at: number;
  duration: number;
  detail: string;
}

/** What is drawn: the stretch from start to end seconds of the recording. */
export interface Drawing {
  start: number;
  end: number;
  duration: number;
  peaks: Peaks | null;
  overview: Peaks | null;
  marks: readonly Mark[];
}

/** Levels whose lines are drawn. */
const lines = [-6, -20, -40];
const fullScale = 32768;

/** The height of an amplitude: its square root, so that quiet speech can be seen; -20 dBFS stands at a third. */
const height = (value: number) => Math.sqrt(Math.min(1, Math.abs(value) / fullScale)) * Math.sign(value);

/** Fits the canvas's pixels to the screen's and returns its context. */
export function fit(canvas: HTMLCanvasElement, width: number, heightPx: number): CanvasRenderingContext2D | null {
  const scale = window.devicePixelRatio || 1;
  const w = Math.max(1, Math.round(width * scale));
  const h = Math.max(1, Math.round(heightPx * scale));
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  const context = canvas.getContext("2d");
  context?.clearRect(0, 0, w, h);
  return context;
}

export interface Colors {
  wave: string;
  rms: string;
  line: string;
  text: string;
  loss: string;
  stall: string;
  trouble: string;
  tick: string;
}

export function colorsOf(element: Element): Colors {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(name).trim() || "gray";
  return {
    wave: of("--wave"), rms: of("--wave-rms"), line: of("--wave-line"), text: of("--faint"),
    loss: of("--loss"), stall: of("--stall"), trouble: of("--trouble"), tick: of("--tick"),
  };
}

/** Draws a lane: level lines, marks, the peaks, the RMS within them. */
export function drawWave(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, drawing: Drawing, colors: Colors, bare = false): void {
  const { width, height: tall } = canvas;
  const scale = window.devicePixelRatio || 1;
  const middle = tall / 2;
  const reach = middle - scale;
  const span = drawing.end - drawing.start;
  if (span <= 0) return;
  const x = (seconds: number) => ((seconds - drawing.start) / span) * width;

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
  const index = (seconds: number) => (seconds - columns.startSeconds) / perColumn;
  for (let px = 0; px < width; px++) {
    const from = drawing.start + (px / width) * span;
    const to = drawing.start + ((px + 1) / width) * span;
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

/** Draws a time axis. */
export function drawRuler(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, start: number, end: number, colors: Colors, label: (s: number, step: number) => string): void {
  const { width, height: tall } = canvas;
  const scale = window.devicePixelRatio || 1;
  const span = end - start;
  if (span <= 0) return;
  const wanted = (span / width) * 90 * scale;
  const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
  const step = steps.find((s) => s >= wanted) ?? 14400;
  context.fillStyle = colors.text;
  context.font = `${11 * scale}px system-ui, sans-serif`;
  context.textBaseline = "top";
  for (let n = Math.ceil(start / step - 1e-9); n * step <= end + 1e-9; n++) {
    const x = Math.round(((n * step - start) / span) * width);
    context.fillRect(Math.min(x, width - 1), tall - 5 * scale, Math.max(1, Math.round(scale)), 5 * scale);
    const text = label(n * step, step);
    const wide = context.measureText(text).width;
    context.fillText(text, Math.min(Math.max(0, x - wide / 2), width - wide), 2 * scale);
  }
}

function covers(peaks: Peaks, drawing: Drawing): boolean {
  const tolerance = (peaks.endSeconds - peaks.startSeconds) / peaks.columns;
  return peaks.startSeconds <= Math.max(0, drawing.start) + tolerance && peaks.endSeconds >= Math.min(drawing.end, drawing.duration) - tolerance;
}
