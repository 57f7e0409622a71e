const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since the epoch of an ISO 8601 time with its zone; null if it is not one. */
export function isoTimeMs(text: string): number | null {
  if (!ISO_TIME.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) || !isDate(text.slice(0, 10)) ? null : ms;
}

/** False for a day that its month lacks, which `Date.parse` takes for one of the next month. */
function isDate(date: string): boolean {
  // Every month has these days, and most dates are answered without an object.
  if (date.slice(8) <= '28') return true;
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}
