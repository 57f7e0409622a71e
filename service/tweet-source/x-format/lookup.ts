import type { Static, TSchema } from 'typebox';
import { Check } from 'typebox/value';
import type { TweetLookup } from '../../application/ports/tweet-source.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { classifyXError, XError, type XFault } from './error.ts';
import { isWithheld, tweetFromX, type XIncludes, XTweet, XUser } from './tweet.ts';

/** The answer of `GET /2/tweets`. */
export interface XLookup {
  readonly data: readonly XTweet[];
  readonly includes: XIncludes;
  readonly errors: readonly XError[];
}

/** The answer for one id; `failed` also if X gives no valid answer for it. */
export type XOutcome = TweetLookup | { readonly status: 'limited' } | { readonly status: 'failed' };

/** Parses an answer of X API v2; malformed entries are left out. */
export function parseXLookup(body: unknown): XLookup {
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
 * Outcomes in the length and order of the ids. An id in neither `data` nor `errors` has failed
 * instead of being gone, so that nothing is purged on a guess.
 */
export function outcomesFromX(
  { data, includes, errors }: XLookup,
  ids: readonly TweetId[],
): XOutcome[] {
  const tweets = new Map(data.map((tweet) => [tweet.id, tweet]));
  const faults = new Map<string | undefined, XFault>();
  for (const error of errors) {
    // Errors about users and places say nothing about tweets.
    if ((error.resource_type ?? 'tweet') !== 'tweet') continue;
    faults.set(error.resource_id ?? error.value, classifyXError(error));
  }
  const faultOfRest = faultWithoutId(faults.get(undefined), ids);
  return ids.map((id) => {
    const tweet = tweets.get(id);
    if (!tweet) return { status: faults.get(id) ?? faultOfRest };
    if (isWithheld(tweet, includes)) return { status: 'withheld' };
    return { status: 'found', tweet: tweetFromX(tweet, includes) };
  });
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
