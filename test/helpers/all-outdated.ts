import type {
  FeatureStore,
  OutdatedTweets,
} from '../../service/application/ports/feature-store.ts';

/** All pages of what the present model version has not scored, each tweet once. */
export async function allOutdated(
  store: FeatureStore,
): Promise<Omit<OutdatedTweets, 'nextCursor'>> {
  let [present, withoutText] = [0, 0];
  const outdated = new Map<string, OutdatedTweets['outdated'][number]>();
  for (let cursor: string | null = '0'; cursor !== null; ) {
    const page: OutdatedTweets = await store.outdatedTweets(cursor);
    present += page.present;
    withoutText += page.withoutText;
    for (const write of page.outdated) outdated.set(write.row.tweetId, write);
    cursor = page.nextCursor;
  }
  return { present, withoutText, outdated: [...outdated.values()] };
}
