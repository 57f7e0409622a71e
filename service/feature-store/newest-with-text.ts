import type { FeatureRow } from '../domain/feature-row.ts';

/**
 * The row of a tweet from which it can be scored again: the newest one with a text. None if a newer
 * score counts, whose row is gone or has no text: an older text must not replace it.
 *
 * @param countedAtMs time of the score that counts
 */
export function newestWithText<Held extends { readonly row: FeatureRow }>(
  held: readonly Held[],
  countedAtMs: number,
): Held | undefined {
  return held
    .filter(({ row }) => row.text !== null && row.createdTimestampMs >= countedAtMs)
    .sort((a, b) => b.row.createdTimestampMs - a.row.createdTimestampMs)[0];
}
