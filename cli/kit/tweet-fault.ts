import { Errors, Pointer } from 'typebox/value';
import { XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import { withoutNulls } from '../../service/tweet-source/x-format/without-nulls.ts';
import { isArchived } from './archived-tweet.ts';

const NOT_A_TWEET = 'is not a tweet: it needs at least an id and a text, as strings';

/** The reason why a value is not a tweet, to follow its place in the file. */
export function tweetFault(value: unknown): string {
  const tweet = withoutNulls(value);
  const [error] = isArchived(tweet) ? [] : Errors(XTweet, tweet);
  const path = error?.instancePath ?? '';
  if (['', '/id', '/text'].includes(path)) return NOT_A_TWEET;
  const found = JSON.stringify(Pointer.Get(tweet, path)).slice(0, 60);
  return `is not a tweet: its ${path.slice(1).replaceAll('/', '.')} is not as X writes it, got ${found}`;
}
