const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** Milliseconds since the epoch of an ISO 8601 time with its zone; null if it is not one. */
export function isoTimeMs(text: string): number | null {
  if (!ISO_TIME.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) || !hasDay(text) ? null : ms;
}

/** True for a day, yyyy-MM-dd, that its month has. */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  // JavaScript takes February 30 for March 2, and gives null for month 13.
  const parsed: string | null = new Date(text).toJSON();
  return parsed?.startsWith(text) ?? false;
}

/** Every month has its first 28 days: most times are answered without an object. */
function hasDay(time: string): boolean {
  return time.slice(8, 10) <= '28' || isDay(time.slice(0, 10));
}
