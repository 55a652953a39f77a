/** Columns of a waveform as the server gives them. */
export interface Peaks {
  startSeconds: number;
  endSeconds: number;
  durationSeconds: number;
  columns: number;
  min: number[];
  max: number[];
  rms: number[];
}

const maxColumns = 4000;

/** Fetches columns of a stretch; null when there is nothing to draw. */
export async function fetchPeaks(recording: string, columns: number, start: number, end: number, signal?: AbortSignal): Promise<Peaks | null> {
  const query = new URLSearchParams({
    columns: String(Math.min(maxColumns, Math.max(1, Math.round(columns)))),
    start: start.toFixed(4),
    end: end.toFixed(4),
  });
  const answer = await fetch(`/api/recordings/${encodeURIComponent(recording)}/peaks?${query}`, { signal: signal ?? null });
  return answer.ok ? ((await answer.json()) as Peaks) : null;
}
