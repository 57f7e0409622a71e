import { textFromX } from '../../../service/tweet-source/x-format/tweet.ts';
import { tweetObjects } from '../../kit/tweet-objects.ts';

/** Columns of a table in which X's tweets have their whole text or their original, as nested values. */
const NESTED_COLUMNS: ReadonlySet<string> = new Set([
  ...['note_tweet', 'note_post', 'referenced_tweets'],
  ...['extended_tweet', 'retweeted_status'],
]);

export function isNestedOfTweet(column: string): boolean {
  return NESTED_COLUMNS.has(column);
}

/**
 * Text of a row as that of a tweet in JSON Lines: of the long post, or of the original of a retweet.
 *
 * @param row nested columns, as JSON
 * @param text of the row itself
 */
export function nestedTweetText(row: object, text: string): string {
  // The text of a tweet does not depend on its id.
  const [found] = tweetObjects({ ...row, id: '1', text })?.tweets ?? [];
  return found?.tweet ? textFromX(found.tweet) : text;
}
