import { scoreOrder, versionOf } from '../domain/contribution.ts';
import type { FeatureRow } from '../domain/feature-row.ts';

/**
 * The row of a tweet by which a score of the present version can count: the newest one with a text,
 * unless a newer score counts, whose row is gone or has no text: an older text must not replace it.
 * Else the row of the present version, which a rollback left: it has the score already.
 *
 * @param countedAtMs time of the score that counts
 * @param version the present version
 */
export function rowToRescore<Held extends { readonly row: FeatureRow }>(
  held: readonly Held[],
  countedAtMs: number,
  version: string,
): Held | undefined {
  const [newest] = held
    .filter(
      ({ row }) =>
        row.text !== null && scoreOrder(row.createdTimestampMs) >= scoreOrder(countedAtMs),
    )
    .sort((a, b) => byAge(a.row, b.row));
  return newest ?? held.find(({ row }) => versionOf(row) === version);
}

/** The newest first, by the merge rule. */
function byAge(a: FeatureRow, b: FeatureRow): number {
  const difference = scoreOrder(b.createdTimestampMs) - scoreOrder(a.createdTimestampMs);
  return difference || (versionOf(a) > versionOf(b) ? -1 : 1);
}
