/** mm:ss.d, or h:mm:ss.d; with more digits on request. */
export function clock(seconds: number, digits = 1): string {
  const unit = 10 ** digits;
  const whole = Math.round(Math.max(0, seconds) * unit);
  const pad = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / unit / 3600);
  const text = `${pad(Math.floor(whole / unit / 60) % 60)}:${pad(Math.floor(whole / unit) % 60)}`;
  const rest = digits > 0 ? `.${String(whole % unit).padStart(digits, "0")}` : "";
  return (hours > 0 ? `${hours}:` : "") + text + rest;
}

/** A time as a sentence for those who hear the page. */
export function spoken(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = (seconds - minutes * 60).toFixed(1);
  return minutes > 0 ? `${minutes} minutes ${rest} seconds` : `${rest} seconds`;
}

/** A length with its unit. */
export function length(seconds: number): string {
  return seconds >= 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds * 1000)} ms`;
}

/** 16-bit units to dBFS. */
export function dbfs(value: number): string {
  return value > 0 ? `${(20 * Math.log10(value / 32768)).toFixed(1).replace("-", "−")} dBFS` : "−∞ dBFS";
}
