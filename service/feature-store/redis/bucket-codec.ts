import type { DayBucket, LabelCounts } from '../../application/ports/feature-store.ts';
import { bucketName, type Contribution } from '../../domain/contribution.ts';
import { LABELS } from '../../domain/sentiment.ts';

/** A day bucket and its end, in seconds since the epoch. */
export interface StoredDayBucket extends Pick<DayBucket, 'counts' | 'scoreSums'> {
  readonly endsAtSeconds: number;
}

/** Writes the field `c` of an index: name of the day bucket, label as 1 to 3, scores. */
export function encodeContent(contribution: Contribution): string {
  const { label, scoreUnits } = contribution;
  const scores = LABELS.map((each) => scoreUnits[each]);
  return [bucketName(contribution), LABELS.indexOf(label) + 1, ...scores].join(' ');
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

/** Reads a user's number of tweets in other languages; null for anything but a number. */
export function decodeOthers(text: string): number | null {
  return text === '' ? 0 : (decodeNumbers(text, 1)?.[0] ?? null);
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
