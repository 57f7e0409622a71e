import {
  textFromX,
  type XIncludes,
  type XTweet,
} from '../../../service/tweet-source/x-format/tweet.ts';
import type { Line } from '../../kit/lines.ts';
import { tweetFault } from '../../kit/tweet-fault.ts';
import { type TweetObjects, tweetObjects } from '../../kit/tweet-objects.ts';
import type { AddedNames } from '../added-columns.ts';
import type { InputRecord, LeftOutText, RecordReader, ScorableText } from './format.ts';
import { textColumn } from './text-column.ts';

export interface JsonLinesOptions {
  /** Key of the texts; found by default, and in tweets of every format. */
  readonly column: string | undefined;
  readonly added: AddedNames;
}

/** Keys of tweets as X writes them: their `text` has `&` as `&amp;`, and may be cut off. */
const KEYS_OF_X = [
  ...['author_id', 'edit_history_tweet_ids', 'id_str', 'public_metrics'],
  ...['note_tweet', 'note_post', 'extended_tweet', 'retweeted_status'],
  ...['referenced_tweets', 'tweet'],
];

/** JSON Lines: an object with a text, a tweet, or a page of tweets a line. */
export function openJsonLines(lines: AsyncIterable<Line>, options: JsonLinesOptions): RecordReader {
  return { layout: { header: '' }, records: recordsOf(lines, options) };
}

async function* recordsOf(
  lines: AsyncIterable<Line>,
  options: JsonLinesOptions,
): AsyncGenerator<InputRecord> {
  for await (const { number, start, end, text, fault = '' } of lines) {
    const texts = text === null ? [{ fault }] : textsOf(text.trim(), options);
    yield { line: number, byte: start, next: { bytes: end, lines: number }, texts };
  }
}

function textsOf(line: string, options: JsonLinesOptions): InputRecord['texts'] {
  if (line === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return [{ fault: 'is not JSON' }];
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ fault: 'is not a JSON object' }];
  }
  const { column, added } = options;
  const keys = Object.keys(value);
  const taken = added.takenIn(keys);
  if (taken !== undefined) {
    return [{ fault: `has '${taken}' already; give --prefix, such as --prefix predicted_` }];
  }
  const index = textColumn(keys, column);
  const key = index === undefined ? undefined : keys[index];
  const isTweet =
    column === undefined && (key === undefined || KEYS_OF_X.some((each) => keys.includes(each)));
  const objects = isTweet ? tweetObjects(value) : null;
  if (objects) return tweetTexts(objects, line, value);
  const text: unknown = key === undefined ? undefined : Reflect.get(value, key);
  if (typeof text === 'string') return [scorable(text, line)];
  if (column === undefined) {
    return [{ fault: 'has no text known by its name; name its key with --text-column' }];
  }
  return [{ fault: `has no text '${column}'; name its key with --text-column`, lacksText: true }];
}

function tweetTexts(
  { tweets, includes }: TweetObjects,
  line: string,
  value: object,
): (ScorableText | LeftOutText)[] {
  return tweets.map(({ source, tweet }, index) => {
    if (!tweet) {
      return { fault: tweetFault(source), tweet: index + 1 };
    }
    const json =
      source === value ? line : JSON.stringify({ ...source, ...besides(tweet, includes) });
    return scorable(textFromX(tweet, includes), json);
  });
}

/** Author and original of a retweet, which a page has beside the tweet, as `twarc2 flatten` puts them into it. */
function besides(
  { author_id, referenced_tweets }: XTweet,
  { users = [], tweets = [] }: XIncludes = {},
): object {
  const author = users.find(({ id }) => id === author_id);
  return {
    ...(author && { author: { id: author.id, username: author.username } }),
    ...(referenced_tweets && {
      referenced_tweets: referenced_tweets.map((reference) => {
        const original = tweets.find(({ id }) => id === reference.id);
        if (!original || reference.type !== 'retweeted') return reference;
        const { text, entities, lang, note_tweet, note_post, withheld } = original;
        return { ...reference, text, entities, lang, note_tweet, note_post, withheld };
      }),
    }),
  };
}

/** The output adds members to the object's JSON, whose own text stays: its numbers may have 19 digits. */
function scorable(text: string, json: string): ScorableText {
  return {
    text,
    source: { json },
    scored: (added) => `${json.slice(0, -1)},${JSON.stringify(added).slice(1)}`,
  };
}
