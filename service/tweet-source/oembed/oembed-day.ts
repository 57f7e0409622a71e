const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'],
  ...['October', 'November', 'December'],
];

/**
 * Midnight in UTC, in milliseconds since the epoch, of a day such as `March 21, 2006`, as X's oEmbed
 * writes that of a tweet by default; null for another text.
 */
export function oembedDayMs(text: string): number | null {
  const [, name = '', day, year] = /^([A-Z][a-z]+) (\d{1,2}), (\d{4})$/.exec(text.trim()) ?? [];
  const month = MONTHS.indexOf(name);
  if (month < 0) return null;
  const ms = Date.UTC(Number(year), month, Number(day));
  return new Date(ms).getUTCDate() === Number(day) ? ms : null;
}
