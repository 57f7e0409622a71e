import { InvalidRequestError } from './errors.ts';
import type { TweetId } from './tweet.ts';

const MAX_TWEET_ID = 2n ** 63n - 1n;

const HOSTS: ReadonlySet<string> = new Set(
  ['twitter.com', 'x.com'].flatMap((host) => ['', 'www.', 'mobile.', 'm.'].map((p) => p + host)),
);

/** The authority as it was written: `URL` would hide `@`, `:443`, full-width letters and `%78`. */
const WRITTEN_AUTHORITY = /^https?:\/\/([^/?#]*)/i;

/** Inner white space and backslashes, which `URL` drops or turns into slashes. */
const NEVER_IN_A_URL = /[\s\p{Cc}\\]/u;

const TWEET_PATH =
  /^\/(?:i\/web|[A-Za-z0-9_]{1,20})\/status(?:es)?\/([^/]+)(?:\/(?:photo|video)\/[0-9]{1,2})?\/?$/;

/**
 * The id in a tweet's URL. The URL itself is never fetched. White space around it is ignored;
 * its length is the caller's matter.
 *
 * @throws InvalidRequestError invalid_tweet_url, unsupported_host or invalid_tweet_id.
 */
export function parseTweetUrl(url: string): TweetId {
  const written = url.trim();
  const authority = WRITTEN_AUTHORITY.exec(written)?.[1];
  if (authority === undefined || NEVER_IN_A_URL.test(written) || !URL.canParse(written)) {
    throw new InvalidRequestError(
      'invalid_tweet_url',
      'The tweet URL is not an http or https URL; send one such as https://x.com/name/status/123.',
    );
  }
  if (authority.includes('@') || /:[0-9]*$/.test(authority)) {
    throw new InvalidRequestError(
      'invalid_tweet_url',
      'The tweet URL holds a user or a port; send it without.',
    );
  }
  const { hostname, pathname } = new URL(written);
  if (!HOSTS.has(authority.toLowerCase())) {
    throw new InvalidRequestError(
      'unsupported_host',
      `Tweets are read from x.com and twitter.com, not from ${hostname}.`,
    );
  }
  const id = TWEET_PATH.exec(pathname)?.[1];
  if (id === undefined) {
    throw new InvalidRequestError(
      'invalid_tweet_id',
      'The URL names no tweet; its path must be /name/status/ and the id.',
    );
  }
  return normalizeTweetId(id);
}

/**
 * The canonical form of an id of at most 19 digits: leading zeros dropped.
 *
 * @throws InvalidRequestError invalid_tweet_id, unless it is between 1 and 2^63-1.
 */
export function normalizeTweetId(id: string): TweetId {
  const canonical = /^[0-9]{1,19}$/.test(id) ? id.replace(/^0+/, '') : '';
  if (!isTweetId(canonical)) {
    throw new InvalidRequestError(
      'invalid_tweet_id',
      'A tweet id has 1 to 19 digits and lies between 1 and 9223372036854775807.',
    );
  }
  return canonical;
}

/** Whether this is a tweet id in canonical form. */
export function isTweetId(id: string): id is TweetId {
  return /^[1-9][0-9]{0,18}$/.test(id) && BigInt(id) <= MAX_TWEET_ID;
}
