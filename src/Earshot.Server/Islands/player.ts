import { placeIn } from "./place";
import { clock } from "./format";
import { Lane } from "./lane";
import { colorsOf, drawRuler, drawWave, fit } from "./waveform";

const stepSeconds = 5;
const fineStepSeconds = 1;
const narrowestSeconds = 0.25;
const zoomStep = 2;
const dragPixels = 4;

/** Plays a stream's recordings together on the call's clock, with one waveform each. */
export class Player extends HTMLElement {
  private lanes: Lane[] = [];
  private time = 0;
  private zero = 0;
  private total = 0;
  private start = 0;
  private end = 0;
  private playing = false;
  private lastTick = 0;
  private frame = 0;
  private drawn = 0;
  private loadTimer = 0;
  private speed = 1;
  private readonly playButton = button("Play", "play");
  private readonly clockText = document.createElement("span");
  private readonly ruler = document.createElement("canvas");
  private readonly mini = document.createElement("canvas");
  private readonly hint = document.createElement("p");
  private readonly fitButton = button("Fit", "fit");
  private readonly observer = new ResizeObserver(() => this.show());
  private readonly scheme = matchMedia("(prefers-color-scheme: dark)");

  connectedCallback(): void {
    if (this.lanes.length > 0) return;
    const running = this.dataset["running"] === "true";
    this.lanes = [...this.querySelectorAll<HTMLElement>(".lane")].map((section) => new Lane(section, running));
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

  disconnectedCallback(): void {
    this.pause();
    this.observer.disconnect();
    this.scheme.removeEventListener("change", this.show);
    document.removeEventListener("click", this.onDocumentClick);
    document.removeEventListener("earshot-refreshed", this.onRefreshed);
    window.removeEventListener("hashchange", this.onPlace);
  }

  /** Goes to a time of the call, in seconds. */
  seek(time: number): void {
    this.time = Math.min(Math.max(0, time), this.total);
    for (const lane of this.lanes) lane.seek(this.time);
    if (this.time < this.start || this.time > this.end) this.view(this.time - (this.end - this.start) / 2, this.end - this.start);
    if (this.playing) for (const lane of this.lanes) void lane.play(this.time).catch(() => this.pause());
    this.place();
  }

  async play(): Promise<void> {
    if (this.time >= this.total - 0.05) this.seek(0);
    this.playing = true;
    this.classList.add("playing");
    this.playButton.textContent = "Pause";
    this.lastTick = performance.now();
    try {
      await Promise.all(this.lanes.map((lane) => lane.play(this.time)));
    } catch (e) {
      if ((e as Error).name === "AbortError") return;
      this.hint.textContent = `This browser cannot play the file: ${(e as Error).message}`;
      this.pause();
      return;
    }
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(this.tick);
  }

  pause(): void {
    this.playing = false;
    this.classList.remove("playing");
    this.playButton.textContent = "Play";
    cancelAnimationFrame(this.frame);
    for (const lane of this.lanes) lane.pause();
    this.place();
  }

  /** The call's clock begins with the first sample of any lane. */
  private measure(): void {
    this.zero = Math.min(...this.lanes.map((lane) => Number(lane.section.dataset["offset"] ?? 0)));
    for (const lane of this.lanes) lane.offset = Number(lane.section.dataset["offset"] ?? 0) - this.zero;
    this.total = Math.max(0.1, ...this.lanes.map((lane) => lane.end));
  }

  private build(): void {
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
    const out = button("−", "zoom"), into = button("+", "zoom");
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
    this.drag(this.mini, (x, width) => this.view((x / width) * this.total - (this.end - this.start) / 2, this.end - this.start));
    this.rest();
  }

  private listen(lane: Lane): void {
    const at = (e: MouseEvent) => {
      const box = lane.wave.getBoundingClientRect();
      return this.start + ((e.clientX - box.left) / box.width) * (this.end - this.start);
    };
    lane.wave.addEventListener("click", (e) => this.seek(at(e)));
    lane.wave.addEventListener("pointermove", (e) => {
      this.hint.textContent = lane.describe(at(e), ((this.end - this.start) / lane.wave.clientWidth) * dragPixels);
    });
    lane.wave.addEventListener("pointerleave", () => this.rest());
    lane.wave.addEventListener("wheel", (e) => {
      if (e.ctrlKey || e.metaKey) {
        e.preventDefault();
        this.zoom(Math.exp(e.deltaY / 300), at(e));
      } else if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) {
        e.preventDefault();
        const moved = (((e.deltaX || e.deltaY) / lane.wave.clientWidth) * (this.end - this.start));
        this.view(this.start + moved, this.end - this.start);
      }
    }, { passive: false });
  }

  private drag(element: HTMLElement, move: (x: number, width: number) => void): void {
    const on = (e: PointerEvent) => {
      const box = element.getBoundingClientRect();
      move(e.clientX - box.left, box.width);
    };
    element.addEventListener("pointerdown", (e) => {
      element.setPointerCapture(e.pointerId);
      on(e);
    });
    element.addEventListener("pointermove", (e) => {
      if (element.hasPointerCapture(e.pointerId)) on(e);
    });
  }

  private readonly onKey = (e: KeyboardEvent): void => {
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
  private readonly onDocumentClick = (e: Event): void => {
    const target = e.target instanceof Element ? e.target.closest<HTMLElement>("[data-seek]") : null;
    if (!target || (target.dataset["stream"] && target.dataset["stream"] !== this.dataset["stream"])) return;
    const lane = this.lanes.find((l) => l.section.dataset["track"] === target.dataset["track"]) ?? this.lanes[0];
    this.goTo(Number(target.dataset["seek"]) + (lane?.offset ?? 0));
    if (target.dataset["play"] !== undefined) void this.play();
  };

  private readonly onPlace = (): void => {
    const place = placeIn(location.hash);
    const isMine = place?.stream ? place.stream === this.dataset["stream"] : document.querySelector("earshot-player") === this;
    if (place && isMine) this.goTo(place.time + (this.lanes.find((l) => l.section.dataset["track"] === place.track)?.offset ?? 0));
  };

  private goTo(time: number): void {
    this.seek(time);
    this.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  private readonly onRefreshed = (e: Event): void => {
    const page = (e as CustomEvent<Document>).detail;
    const fresh = [...page.querySelectorAll<HTMLElement>("earshot-player")].find((p) => p.dataset["stream"] === this.dataset["stream"]);
    const sections = fresh ? [...fresh.querySelectorAll<HTMLElement>(".lane")] : [];
    const isSame = fresh?.dataset["running"] === this.dataset["running"] && sections.length === this.lanes.length
      && sections.every((s) => this.lanes.some((l) => l.recording === s.dataset["recording"]));
    if (!isSame) {
      if (!this.playing) location.reload();
      return;
    }
    const whole = this.end >= this.total - 0.001 && this.start <= 0;
    for (const lane of this.lanes) lane.grow(sections.find((s) => s.dataset["recording"] === lane.recording)!);
    this.total = Math.max(0.1, ...this.lanes.map((lane) => lane.end));
    this.playButton.disabled = !this.lanes.some((lane) => lane.hasAudio);
    if (whole) this.view(0, this.total);
    else this.show();
  };

  private toggle(): void {
    if (this.playing) this.pause();
    else void this.play();
  }

  private zoom(factor: number, around: number): void {
    const span = Math.min(this.total, Math.max(Math.min(narrowestSeconds, this.total), (this.end - this.start) * factor));
    const inside = around >= this.start && around <= this.end ? around : (this.start + this.end) / 2;
    const share = (inside - this.start) / (this.end - this.start);
    this.view(inside - share * span, span);
  }

  private view(start: number, span: number): void {
    const width = Math.min(span, this.total);
    this.start = Math.min(Math.max(0, start), this.total - width);
    this.end = this.start + width;
    this.show();
  }

  private readonly show = (): void => {
    cancelAnimationFrame(this.drawn);
    this.drawn = requestAnimationFrame(() => {
      this.draw();
      clearTimeout(this.loadTimer);
      this.loadTimer = window.setTimeout(() => {
        for (const lane of this.lanes) void lane.load(this.start, this.end, this.total, () => this.draw());
      }, 60);
    });
  };

  private draw(): void {
    if (!this.isConnected || this.clientWidth === 0) return;
    for (const lane of this.lanes) lane.draw(this.start, this.end);
    const colors = colorsOf(this);
    const ruler = fit(this.ruler, this.ruler.clientWidth, this.ruler.clientHeight);
    if (ruler) drawRuler(this.ruler, ruler, this.start, this.end, colors, (s, step) => clock(s, step < 0.1 ? 2 : step < 1 ? 1 : 0));
    const zoomed = this.end - this.start < this.total - 0.001;
    this.mini.hidden = !zoomed;
    this.fitButton.disabled = !zoomed;
    if (zoomed) this.drawMini();
    this.place();
  }

  private drawMini(): void {
    const context = fit(this.mini, this.mini.clientWidth, this.mini.clientHeight);
    if (!context) return;
    for (const lane of this.lanes)
      drawWave(this.mini, context, { start: -lane.offset, end: this.total - lane.offset, duration: lane.duration, peaks: null, overview: lane.columnsOfAll, marks: lane.marks }, colorsOf(lane.section), true);
    const { width, height } = this.mini;
    const left = (this.start / this.total) * width, right = (this.end / this.total) * width;
    const style = getComputedStyle(this);
    context.fillStyle = style.getPropertyValue("--shade").trim();
    context.fillRect(0, 0, left, height);
    context.fillRect(right, 0, width - right, height);
    context.strokeStyle = style.getPropertyValue("--accent").trim();
    context.lineWidth = 2 * devicePixelRatio;
    context.strokeRect(left, 0, Math.max(2, right - left), height);
  }

  private readonly tick = (now: number): void => {
    if (!this.playing) return;
    const heard = this.lanes.filter((lane) => lane.covers(this.time)).map((lane) => lane.heardAt).find((t) => t !== null) ?? null;
    const waiting = this.lanes.some((lane) => lane.waits);
    if (heard !== null && heard >= this.time - 1) this.time = Math.max(this.time, heard);
    else if (!waiting) this.time += ((now - this.lastTick) / 1000) * this.speed;
    this.lastTick = now;
    if (this.time >= this.total - 0.02) {
      this.time = this.total;
      this.pause();
      return;
    }
    for (const lane of this.lanes) void lane.play(this.time).catch(() => undefined);
    if (this.time > this.end) this.view(this.time, this.end - this.start);
    this.place();
    this.frame = requestAnimationFrame(this.tick);
  };

  private place(): void {
    this.clockText.textContent = `${clock(this.time)} / ${clock(this.total)}`;
    this.dataset["time"] = this.time.toFixed(3);
    for (const lane of this.lanes) lane.place(this.time, this.start, this.end, this.total);
  }

  private rest(): void {
    this.hint.textContent = "Click to go there · Space plays · ← → 5 s, with Shift 1 s · + − 0 zoom";
  }
}

function button(text: string, name: string): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = name;
  element.textContent = text;
  return element;
}
