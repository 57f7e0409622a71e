import type { FeatureRow } from '../../service/domain/feature-row.ts';

const WINDOWS = [1, 100, 1_000, 10_000, 100_000];

/**
 * Updates of day buckets for each tweet, if a consumer adds up the contributions of a window of tweets
 * before it writes. All tweets count as tweets of one day, which is nearly true of live tweets.
 */
export function foldedUpdates(
  rows: readonly FeatureRow[],
): { readonly tweets: number; readonly updates: number }[] {
  return WINDOWS.filter((tweets) => tweets <= rows.length).map((tweets) => {
    let updates = 0;
    const windows = Math.floor(rows.length / tweets);
    for (let window = 0; window < windows; window++) {
      const part = rows.slice(window * tweets, (window + 1) * tweets);
      updates += new Set(part.flatMap(({ authorId, topics }) => [`u:${authorId}`, ...topics])).size;
    }
    return { tweets, updates: updates / (windows * tweets) };
  });
}
