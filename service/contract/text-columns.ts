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
