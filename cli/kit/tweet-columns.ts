import { LONG_TEXT_COLUMN } from '../../service/contract/text-columns.ts';

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
