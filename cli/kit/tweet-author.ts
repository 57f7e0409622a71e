import { Check } from 'typebox/value';
import { type XTweet, XUser } from '../../service/tweet-source/x-format/tweet.ts';
import { fieldOf, TWEET_COLUMNS, USERNAME_COLUMNS } from './tweet-columns.ts';

/** Fields of a tweet object that tell its author. */
type AuthorFields = Pick<XTweet, 'author_id' | 'author'> & { readonly username?: string };

/**
 * The author of a tweet by the cells of its row. The service knows users by their ids: a name alone
 * becomes `username`, which it does not read, for `lacksAuthorId`.
 */
export function authorFields(id: string | undefined, name: string | undefined): AuthorFields {
  const username = name?.replace(/^@/, '') || undefined;
  if (id === undefined) return username === undefined ? {} : { username };
  return { author_id: id, ...(username !== undefined && { author: { id, username } }) };
}

/**
 * The author of a tweet object without `author`, by keys that are named as the columns of CSV. An id or
 * a name that X does not allow is left out, which leaves the tweet.
 */
export function flatAuthor(tweet: object): AuthorFields {
  if ('author' in tweet) return {};
  const [id, name] = [TWEET_COLUMNS.authorId, USERNAME_COLUMNS].map((names) => {
    const field = fieldOf({ ...tweet }, names);
    return typeof field === 'string' ? field : undefined;
  });
  const { author, ...rest } = authorFields(Check(XUser.properties.id, id) ? id : undefined, name);
  return { ...rest, ...(Check(XUser, author) && { author }) };
}

/** Checks if a tweet has a name of its author but no id, so that no user counts it. */
export function lacksAuthorId(tweet: AuthorFields): boolean {
  return Boolean(tweet.username) && tweet.author_id === undefined && tweet.author === undefined;
}

/** End of a command's summary; empty if no tweet lacks an author id. */
export function lackedAuthorIdsNote(tweets: number): string {
  return tweets === 0
    ? ''
    : `, ${tweets} with a username but no author id (no user counts them; add author_id)`;
}
