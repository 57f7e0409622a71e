import type { FeatureRow } from './feature-row.ts';

/** Objects and numbers of a row. */
const ROW_BYTES = 500;
/** A string's header. */
const STRING_BYTES = 32;

/** Memory that a row takes at most, in bytes: V8 keeps a string at one or two bytes a character. */
export function rowBytes({ text, topics, authorUsername }: FeatureRow): number {
  const characters = [text ?? '', authorUsername ?? '', ...topics];
  return characters.reduce((sum, { length }) => sum + STRING_BYTES + 2 * length, ROW_BYTES);
}
