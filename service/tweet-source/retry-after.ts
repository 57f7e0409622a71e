/**
 * Milliseconds that a `Retry-After` header asks to wait, in seconds or until a date; undefined
 * if it is absent, invalid or in the past.
 *
 * @param nowMs the server's time where it tells it, else ours; milliseconds since the epoch
 */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return isHttpDateOrSeconds(text) && ms > 0 ? ms : undefined;
}

/** `Date.parse` alone would take `-5` for a date. */
function isHttpDateOrSeconds(text: string): boolean {
  return /^(?:\d+|[A-Z][a-z]{2}, .+ GMT)$/.test(text);
}

/** The time of a `Date` header, so that differences between clocks cancel out; else ours. */
export function serverTimeMs(date: string | null | undefined, nowMs: number): number {
  const ms = Date.parse(date ?? '');
  return Number.isNaN(ms) ? nowMs : ms;
}
