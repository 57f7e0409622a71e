import type { DayBucket, LabelCounts } from '../../application/ports/feature-store.ts';
import type { Contribution } from '../../domain/contribution.ts';
import { LABELS } from '../../domain/sentiment.ts';

/** A day bucket and its end, in seconds since the epoch. */
export interface StoredDayBucket extends Omit<DayBucket, 'day'> {
  readonly endsAtSeconds: number;
}

/** Writes the field `c` of an index: day, label as 1 to 3, scores. */
export function encodeContent({ day, label, scoreUnits }: Contribution): string {
  const scores = LABELS.map((each) => scoreUnits[each]);
  return [day, LABELS.indexOf(label) + 1, ...scores].join(' ');
}

/** Reads a day bucket as the scripts write it; null for anything else. */
export function decodeDayBucket(text: string): StoredDayBucket | null {
  const [born, endsAfter, _covered, ...rest] = decodeNumbers(text, 9) ?? [];
  if (born === undefined || endsAfter === undefined) return null;
  const counts = byLabel(rest.slice(0, 3));
  const scoreSums = byLabel(rest.slice(3));
  return counts && scoreSums && { endsAtSeconds: born + endsAfter, counts, scoreSums };
}

/** Reads a user's counts over all day buckets; null for anything else. */
export function decodeTotal(text: string): LabelCounts | null {
  return byLabel(decodeNumbers(text, 3) ?? []);
}

/** Reads the newest username of a user's profile; null if there is none. */
export function decodeUsername(profile: string | null): string | null {
  return /^\d+ (\w+)(?: |$)/.exec(profile ?? '')?.[1] ?? null;
}

function decodeNumbers(text: string, count: number): number[] | null {
  const numbers = text.split(' ').map((part) => (/^\d{1,16}$/.test(part) ? Number(part) : -1));
  return numbers.length === count && numbers.every((number) => number >= 0) ? numbers : null;
}

function byLabel([negative, neutral, positive]: readonly number[]): LabelCounts | null {
  if (negative === undefined || neutral === undefined || positive === undefined) return null;
  return { negative, neutral, positive };
}
