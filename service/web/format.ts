/** Formats of numbers and times on the page; nothing here touches the document. */

const LOCALE = 'en';

const graphemes = new Intl.Segmenter(LOCALE, { granularity: 'grapheme' });
const whole = new Intl.NumberFormat(LOCALE);
const DAY = { day: 'numeric', month: 'short', timeZone: 'UTC' } as const;
const day = new Intl.DateTimeFormat(LOCALE, DAY);
const dayOfYear = new Intl.DateTimeFormat(LOCALE, { ...DAY, year: 'numeric' });
const moment = new Intl.DateTimeFormat(LOCALE, {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
});

/** `12,345`. */
export function count(value: number): string {
  return whole.format(value);
}

/** A share of 0 to 1 as `92.4 %`; as `<0.1 %` or `>99.9 %` where rounding would say none or all. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return '<0.1 %';
  if (share < 1 && share >= 0.9995) return '>99.9 %';
  return `${(share * 100).toFixed(1)} %`;
}

/** The share of a part, 0 of nothing. */
export function share(part: number, total: number): number {
  return total === 0 ? 0 : part / total;
}

/** Ascending dates such as 2026-11-23 as `Nov 23`, and with their years if these differ. */
export function shortDates(dates: readonly string[]): string[] {
  const isOneYear = dates[0]?.slice(0, 4) === dates.at(-1)?.slice(0, 4);
  const format = isOneYear ? day : dayOfYear;
  return dates.map((date) => format.format(new Date(`${date}T00:00:00Z`)));
}

/** An ISO 8601 time as `Nov 23, 2026, 8:05 AM UTC`. */
export function time(iso: string): string {
  return `${moment.format(new Date(iso))} UTC`;
}

/** `3 d 4 h`, `4 h 5 min`, `5 min 6 s` or `6 s`. */
export function duration(seconds: number): string {
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ];
  const parts: string[] = [];
  let rest = Math.floor(seconds);
  for (const [unit, size] of units) {
    const amount = Math.floor(rest / size);
    rest %= size;
    if (amount > 0 || parts.length > 0) parts.push(`${amount} ${unit}`);
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0 s';
}

/** The start of a text, with `…` in place of the rest: at most `maxCharacters` characters. */
export function shortened(text: string, maxCharacters: number): string {
  const characters = [...graphemes.segment(text)].map(({ segment }) => segment);
  if (characters.length <= maxCharacters) return text;
  return `${characters.slice(0, Math.max(1, maxCharacters - 1)).join('')}…`;
}
