import { REVISION } from '../contract/forms.ts';
import { LANGUAGE } from '../contract/languages.ts';
import { X_PATTERNS } from '../tweet-source/x-format/tweet.ts';
import { SCAN_CURSOR } from './scan-cursor.ts';

/** A length of a list. Query parameters are strings without coercion, hence the pattern. */
export const LIST_LENGTH = '^([1-9][0-9]?|100)$';
/** Cursor of a listing of the feature store. */
export const LISTING_CURSOR = `^${SCAN_CURSOR}$`;
/** Cursor of a rebuild: of tweets or of entities. */
export const REBUILD_CURSOR = `^[te]${SCAN_CURSOR}$`;
export const BYTE_LENGTH = '^\\d+$';
export const MODEL_REVISION = `^${REVISION}$`;

const CURSOR = 'the `nextCursor` of the previous answer';

/** The patterns of requests in words that follow "must be". */
const WORDS: Readonly<Record<string, string>> = {
  [LIST_LENGTH]: 'a whole number from 1 to 100',
  [LISTING_CURSOR]: CURSOR,
  [REBUILD_CURSOR]: CURSOR,
  [BYTE_LENGTH]: 'a whole number of bytes',
  [MODEL_REVISION]: '12 hex digits in lower case',
  [LANGUAGE.source]: 'a language code of 2 or 3 lower-case letters, such as en',
  [X_PATTERNS.id]: 'an id of 1 to 19 digits',
  [X_PATTERNS.tweetId]: 'an id of 1 to 19 digits',
  [X_PATTERNS.username]: 'a name of 1 to 50 letters, digits and underscores',
};

/** Words for a pattern, for messages; undefined if it has none. */
export function patternInWords(pattern: string): string | undefined {
  return WORDS[pattern];
}
