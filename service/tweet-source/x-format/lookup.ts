import type { Static, TSchema } from 'typebox';
import { Check } from 'typebox/value';
import type { ReadTweet } from '../../application/ports/tweet-source.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { classifyXError, isClassified, XError, type XFault } from './error.ts';
import { isWithheld, tweetFromX, type XIncludes, XTweet, XUser } from './tweet.ts';
import { withoutNulls } from './without-nulls.ts';

/** The answer of `GET /2/tweets`. */
export interface XLookup {
  readonly data: readonly XTweet[];
  readonly includes: XIncludes;
  readonly errors: readonly XError[];
}

/** The answer for one id; `failed` also if X gives no valid answer for it. */
export type XOutcome = ReadTweet | { readonly status: 'limited' } | { readonly status: 'failed' };

/** Parses an answer of X API v2; malformed entries are left out, and nulls count as absent. */
export function parseXLookup(answer: unknown): XLookup {
  const body = withoutNulls(answer);
  const includes = memberOf(body, 'includes');
  return {
    data: listOf(XTweet, memberOf(body, 'data')),
    includes: {
      tweets: listOf(XTweet, memberOf(includes, 'tweets')),
      users: listOf(XUser, memberOf(includes, 'users')),
    },
    errors: listOf(XError, memberOf(body, 'errors')),
  };
}

/**
 * Outcomes in the length and order of the ids. An id in neither `data` nor `errors` counts as
 * failed, not as deleted, so that a guess purges no tweet. X may return an edited tweet under
 * its newest id: it is found by its edit history, and keeps the requested id.
 */
export function outcomesFromX(
  { data, includes, errors }: XLookup,
  ids: readonly TweetId[],
): XOutcome[] {
  const tweets = tweetsById(data);
  const faults = new Map<string | undefined, XFault>();
  for (const error of errors) {
    // Errors about users and places say nothing about tweets.
    if ((error.resource_type ?? 'tweet') !== 'tweet') continue;
    const id = error.resource_id ?? error.value;
    // Gateways send a status, too; only X names a tweet or classifies the error.
    const isXs = id !== undefined || isClassified(error);
    faults.set(id, isXs ? classifyXError(error) : 'failed');
  }
  const faultOfRest = faultWithoutId(faults.get(undefined), ids);
  return ids.map((id) => {
    const tweet = tweets.get(id);
    if (!tweet) return { status: faults.get(id) ?? faultOfRest };
    if (isWithheld(tweet, includes)) return { status: 'withheld' };
    return { status: 'found', tweet: { ...tweetFromX(tweet, includes), id } };
  });
}

/** Tweets by each id of their edit history; a tweet with the very id wins. */
function tweetsById(data: readonly XTweet[]): ReadonlyMap<string, XTweet> {
  const edits = data.flatMap((tweet) =>
    (tweet.edit_history_tweet_ids ?? []).map((id) => [id, tweet] as const),
  );
  return new Map([...edits, ...data.map((tweet) => [tweet.id, tweet] as const)]);
}

/** An error without an id concerns the only requested tweet, or else the whole call. */
function faultWithoutId(fault: XFault = 'failed', ids: readonly TweetId[]): XFault {
  return ids.length === 1 || fault === 'limited' ? fault : 'failed';
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** The valid entries of a list; X sends a single one without a list. */
function listOf<T extends TSchema>(schema: T, value: unknown): Static<T>[] {
  const entries = Array.isArray(value) ? value : [value];
  return entries.filter((entry): entry is Static<T> => Check(schema, entry));
}
