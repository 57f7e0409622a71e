import {
  outcomesFromX,
  parseXLookup,
  type XOutcome,
} from '../../service/tweet-source/x-format/lookup.ts';
import { limitReached, type XReader } from '../clients/x-reader.ts';

/** Highest number of ids in a `GET /2/tweets`. */
export const JUDGED_AT_ONCE = 100;

/**
 * Current outcome of each tweet at X: same length, same order. Asks for no expansions, so that X
 * bills only the posts; deleted ones are free.
 *
 * @throws CliError when X does not answer
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
