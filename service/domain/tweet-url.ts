import { isId } from '../contract/forms.ts';
import { CallerError } from './errors.ts';
import type { TweetId } from './tweet.ts';

/** 2^63-1. Digits of one length have the order of their numbers. */
const MAX_TWEET_ID = '9223372036854775807';

const HOSTS: ReadonlySet<string> = new Set(
  ['twitter.com', 'x.com'].flatMap((host) => ['', 'www.', 'mobile.', 'm.'].map((p) => p + host)),
);

/** The authority as written: `URL` would hide `@`, `:443`, full-width letters and `%78`. */
const WRITTEN_AUTHORITY = /^https?:\/\/([^/?#]*)/i;

/** Inner white space and backslashes, which `URL` drops or converts to slashes. */
const NEVER_IN_A_URL = /[\s\p{Cc}\\]/u;

const OWNER = '(?:i/web|@?[A-Za-z0-9_]{1,20})';
/** Views of a tweet that browsers and the share button show behind the id. */
const VIEW =
  '/(?:(?:photo|video)/[0-9]{1,2}(?:/large)?|analytics|quotes|likes|retweets(?:/with_comments)?|reposts|history|media_tags|mediaViewer)';
const TWEET_PATH = new RegExp(`^/${OWNER}/status(?:es)?/([^/]+)(?:${VIEW})?/?$`);

/** A URL as X writes it. The other checks, which would pass it, take six times as long. */
const USUAL_URL =
  /^https:\/\/(?:x|twitter)\.com\/[A-Za-z0-9_]{1,20}\/status\/([0-9]+)(?:\?[A-Za-z0-9_=&-]*)?$/;

/**
 * The id in a tweet's URL, which is never fetched. Surrounding white space is ignored. The caller
 * limits the length.
 *
 * @throws CallerError invalid_tweet_url, unsupported_host or invalid_tweet_id.
 */
export function parseTweetUrl(url: string): TweetId {
  const usual = USUAL_URL.exec(url)?.[1];
  return normalizeTweetId(usual ?? writtenId(url));
}

/** The part of the path that should be an id. */
function writtenId(url: string): string {
  const written = url.trim();
  const authority = WRITTEN_AUTHORITY.exec(written)?.[1];
  const parsed = NEVER_IN_A_URL.test(written) ? null : URL.parse(written);
  if (authority === undefined || parsed === null) {
    throw new CallerError(
      'invalid_tweet_url',
      'The tweet URL must be an http or https URL such as https://x.com/name/status/123, without other text around it.',
    );
  }
  if (authority.includes('@') || /:[0-9]*$/.test(authority)) {
    throw new CallerError('invalid_tweet_url', 'The tweet URL must not contain a user or a port.');
  }
  if (!HOSTS.has(authority.toLowerCase())) {
    throw new CallerError(
      'unsupported_host',
      `Tweet URLs of ${parsed.hostname} are not supported; use x.com or twitter.com.`,
    );
  }
  const id = TWEET_PATH.exec(parsed.pathname)?.[1];
  if (id === undefined) {
    throw new CallerError(
      'invalid_tweet_id',
      'The URL has no tweet id; its path must be /name/status/ID.',
    );
  }
  return id;
}

/**
 * The canonical form of an id of at most 19 digits: leading zeros dropped.
 *
 * @throws CallerError invalid_tweet_id, unless it is between 1 and 2^63-1.
 */
export function normalizeTweetId(id: string): TweetId {
  const canonical = /^0[0-9]{0,18}$/.test(id) ? id.replace(/^0+/, '') : id;
  if (!isTweetId(canonical)) {
    throw new CallerError(
      'invalid_tweet_id',
      'A tweet id must be an integer from 1 to 9223372036854775807.',
    );
  }
  return canonical;
}

/** Checks for a tweet id in canonical form. */
export function isTweetId(id: string): id is TweetId {
  if (!isId(id)) return false;
  return id.length < MAX_TWEET_ID.length || id <= MAX_TWEET_ID;
}
