import { LONG_TEXT_COLUMN } from '../../service/contract/text-columns.ts';
import { columnNamed } from './csv-columns.ts';

/** Names of the columns that hold a tweet's fields, in lower case, the likeliest first. */
export const TWEET_COLUMNS = {
  id: ['tweet_id', 'id_str', 'id', 'tweetid'],
  /** The whole text of a long post, whose `text` is cut off. */
  longText: [LONG_TEXT_COLUMN],
  text: ['text', 'full_text', 'tweet', 'content'],
  authorId: ['author_id', 'author.id', 'user_id'],
  username: ['author_username', 'author.username', 'username', 'screen_name'],
  createdAt: ['created_at', 'tweet_created_at', 'date', 'timestamp'],
  /** The language that X gave the tweet. */
  lang: ['lang', 'language'],
} as const;

/** Names of the column of usernames, also where a tweet of v1.1 has an object. */
export const USERNAME_COLUMNS = [...TWEET_COLUMNS.username, 'user'] as const;

/** The first field with one of the names; one in another case counts unless the exact one is there. */
export function fieldOf(
  record: Readonly<Record<string, unknown>>,
  names: readonly string[],
): unknown {
  const keys = Object.keys(record);
  for (const wanted of names) {
    const key = keys[columnNamed(wanted, keys) ?? -1];
    if (key !== undefined && textOf(record[key]) !== undefined) return record[key];
  }
  return undefined;
}

/** Text of a cell or a value; undefined if it is empty, null or an object. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
