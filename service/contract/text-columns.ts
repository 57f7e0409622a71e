/** Names of the column that holds the texts of a table, in lower case; the first one present wins. */
export const TEXT_COLUMNS = [
  'text',
  'full_text',
  'tweet',
  'content',
  'message',
  'body',
  'comment',
  'review',
] as const;

/** Column of twarc's CSV with the whole text of a long post, whose `text` is cut off; else empty. */
export const LONG_TEXT_COLUMN = 'note_tweet.text';
