/** A place that an address names, as links in alerts do: #t=12.3 on the call's clock, #t=12.3&track=inbound in that recording, &stream=… where the call has several. */
export function placeIn(hash: string): { time: number; track: string | null; stream: string | null } | null {
  const named = new URLSearchParams(hash.slice(1));
  const time = Number(named.get("t") ?? NaN);
  return Number.isFinite(time) ? { time, track: named.get("track"), stream: named.get("stream") } : null;
}
