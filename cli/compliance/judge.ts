import {
  outcomesFromX,
  parseXLookup,
  type XOutcome,
} from '../../service/tweet-source/x-format/lookup.ts';
import { limitReached, type XReader } from '../shared/x-reader.ts';

/** What `GET /2/tweets` takes. */
export const JUDGED_AT_ONCE = 100;

/**
 * What X says of each tweet now: same length, same order. Without expansions, so that X bills
 * the posts alone; those that are gone cost nothing.
 *
 * @throws CliError when X does not answer.
 */
export async function judge(ids: readonly string[], x: XReader): Promise<XOutcome['status'][]> {
  const lookup = parseXLookup(
    await x.get('tweets', { ids: [...ids], 'tweet.fields': ['withheld'] }),
  );
  x.bill({ posts: lookup.data.map(({ id }) => id) });
  const outcomes = outcomesFromX(lookup, ids).map(({ status }) => status);
  if (outcomes.includes('limited')) throw limitReached(true);
  return outcomes;
}
