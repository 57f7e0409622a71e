import { isoTimeMs } from '../../service/contract/iso-time.ts';
import { hasTime } from '../../service/domain/snowflake.ts';
import {
  MAX_TIME_CHARACTERS,
  tweetTimeMs,
  type XTweet,
} from '../../service/tweet-source/x-format/tweet.ts';

/** ISO 8601, also as databases write it: `2021-11-10 19:08:05+00`. */
const ISO =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)? ?(?:Z|UTC|([+-]\d\d)(?::?(\d\d))?)$/;

/** That of X's API v1.1 and archives: `Wed Nov 10 19:08:05 +0000 2021`. */
const ARCHIVED = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d) (\d{4})$/;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
 * A time of a file, in UTC. Only times with a zone are read: the meaning of others depends on where
 * they were written and on where they are read. Other texts stay as they are, for `hasUnreadTime`.
 */
export function utcTime(text: string): string {
  const ms = isoTimeMs(isoForm(text));
  return ms === null ? text.slice(0, MAX_TIME_CHARACTERS) : new Date(ms).toISOString();
}

function isoForm(text: string): string {
  const iso = ISO.exec(text);
  if (iso) {
    const [, date, minute, second = ':00', hours = '+00', minutes = '00'] = iso;
    return `${date}T${minute}${second}${hours}:${minutes}`;
  }
  const [, month = '', day, time, hours, minutes, year] = ARCHIVED.exec(text) ?? [];
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  return `${year}-${number}-${day}T${time}${hours}:${minutes}`;
}

/** End of a command's summary; empty if every time was read. */
export function unreadTimesNote(tweets: number): string {
  return tweets === 0 ? '' : `, ${tweets} with a time that was not read (taken from the id)`;
}

type Timed = Pick<XTweet, 'id' | 'created_at'>;

/** Checks if a tweet has a time that the service does not read, so that its id tells its time. */
export function hasUnreadTime({ created_at: time }: Timed): boolean {
  return time !== undefined && tweetTimeMs(time) === null;
}

/** The reason why the time of a tweet is unknown, to follow its place; undefined if it is known. */
export function timeFault(tweet: Timed): string | undefined {
  if (hasTime(tweet.id)) return undefined;
  if (tweet.created_at === undefined) {
    return 'has no time and an id without a time; add created_at, such as 2010-03-21T20:50:14Z';
  }
  if (tweetTimeMs(tweet.created_at) !== null) return undefined;
  return (
    `has the time '${tweet.created_at}' and an id without a time; ` +
    'write it with its zone, such as 2010-03-21T20:50:14Z'
  );
}
