import { clock, dbfs, length, spoken } from "./format";
import { fetchPeaks, type Peaks } from "./peaks";
import { colorsOf, drawWave, fit, type Mark } from "./waveform";

interface Segment {
  url: string;
  start: number;
  duration: number;
}

const overviewColumns = 2000;
const followSeconds = 0.08;

/** One recording within the player: its waveform and its sound. Times here are of the call unless they say otherwise. */
export class Lane {
  readonly recording: string;
  readonly speaker: string;
  readonly wave = document.createElement("div");
  offset: number;
  duration: number;
  marks: Mark[];
  private segments: Segment[];
  private readonly canvas = document.createElement("canvas");
  private readonly head = document.createElement("div");
  private readonly audio: HTMLAudioElement;
  private segment = -1;
  private overview: Peaks | null = null;
  private detail: Peaks | null = null;
  private pending: AbortController | null = null;
  private wanted = "";
  private isStale = false;

  constructor(readonly section: HTMLElement, private readonly running: boolean) {
    this.recording = section.dataset["recording"] ?? "";
    this.speaker = section.dataset["speaker"] ?? "";
    this.offset = Number(section.dataset["offset"] ?? 0);
    this.duration = Number(section.dataset["duration"] ?? 0);
    this.segments = JSON.parse(section.dataset["segments"] ?? "[]") as Segment[];
    this.marks = JSON.parse(section.dataset["marks"] ?? "[]") as Mark[];
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

  get end(): number {
    return this.offset + this.duration;
  }

  get hasAudio(): boolean {
    return this.segments.length > 0;
  }

  get columnsOfAll(): Peaks | null {
    return this.overview;
  }

  covers(time: number): boolean {
    return this.hasAudio && time >= this.offset && time < this.end;
  }

  /** The call's time that is heard at this moment; null when nothing is. */
  get heardAt(): number | null {
    const segment = this.segments[this.segment];
    return segment && !this.audio.paused && this.audio.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? this.offset + segment.start + this.audio.currentTime : null;
  }

  get waits(): boolean {
    return !this.audio.paused && this.audio.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && !this.audio.ended;
  }

  set rate(value: number) {
    this.audio.defaultPlaybackRate = value;
    this.audio.playbackRate = value;
  }

  /** Goes to a time, exactly. */
  seek(time: number): void {
    const place = time - this.offset;
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
  async play(time: number): Promise<void> {
    if (!this.covers(time)) {
      this.audio.pause();
      return;
    }
    const heard = this.heardAt;
    if (this.audio.paused || this.audio.ended || (heard !== null && Math.abs(heard - time) > followSeconds)) this.seek(time);
    if (this.audio.paused || this.audio.ended) await this.audio.play();
  }

  pause(): void {
    this.audio.pause();
  }

  /** A running recording has grown. */
  grow(fresh: HTMLElement): void {
    this.duration = Number(fresh.dataset["duration"] ?? this.duration);
    this.marks = JSON.parse(fresh.dataset["marks"] ?? "[]") as Mark[];
    if (this.audio.paused) {
      this.segments = JSON.parse(fresh.dataset["segments"] ?? "[]") as Segment[];
      this.segment = -1;
    }
    this.isStale = true;
    this.wanted = "";
  }

  draw(start: number, end: number): void {
    const context = fit(this.canvas, this.wave.clientWidth, this.wave.clientHeight);
    if (!context) return;
    drawWave(this.canvas, context, {
      start: start - this.offset, end: end - this.offset, duration: this.duration,
      peaks: this.detail, overview: this.overview, marks: this.marks,
    }, colorsOf(this.section));
  }

  /** Fetches what the view needs and says so when it is there. */
  async load(start: number, end: number, total: number, done: () => void): Promise<void> {
    if (!this.hasAudio || this.duration <= 0) return;
    const from = Math.max(0, start - this.offset);
    const to = Math.min(this.duration, end - this.offset);
    const columns = Math.round(((to - from) / (end - start)) * this.canvas.width);
    const key = `${from}/${to}/${columns}`;
    if (key === this.wanted || to <= from) return;
    this.wanted = key;
    this.pending?.abort();
    const pending = (this.pending = new AbortController());
    try {
      if (!this.overview || this.isStale) {
        this.overview = (await fetchPeaks(this.recording, overviewColumns, 0, this.duration, pending.signal)) ?? this.overview;
        if (this.isStale) this.detail = null;
        this.isStale = false;
        done();
      }
      const isAll = end - start >= total && columns <= overviewColumns;
      if (!isAll) this.detail = await fetchPeaks(this.recording, columns, from, to, pending.signal);
      if (!isAll) done();
    } catch (e) {
      if ((e as Error).name !== "AbortError") this.wanted = "";
    }
  }

  place(time: number, start: number, end: number, total: number): void {
    const x = ((time - start) / (end - start)) * this.wave.clientWidth;
    this.head.style.transform = `translateX(${x.toFixed(1)}px)`;
    this.head.hidden = time < start || time > end;
    this.wave.setAttribute("aria-valuemax", total.toFixed(1));
    this.wave.setAttribute("aria-valuenow", time.toFixed(1));
    this.wave.setAttribute("aria-valuetext", `${spoken(time)} of ${spoken(total)}`);
  }

  /** What stands at a time, for the pointer. */
  describe(time: number, reach: number): string {
    const place = time - this.offset;
    const mark = this.marks.find((m) => place >= m.at - reach && place <= m.at + m.duration + reach);
    const words = [clock(time, 2)];
    const columns = this.detail ?? this.overview;
    if (columns && place >= 0 && place < this.duration) {
      const i = Math.floor(((place - columns.startSeconds) / (columns.endSeconds - columns.startSeconds)) * columns.columns);
      const rms = columns.rms[i];
      if (rms !== undefined) words.push(`${dbfs(rms)} RMS`);
    }
    if (mark) words.push(`${mark.kind}${mark.duration > 0 ? ` ${length(mark.duration)}` : ""}: ${mark.detail}`);
    return words.join(" · ");
  }
}
