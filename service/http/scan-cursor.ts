import { CallerError } from '../domain/errors.ts';

/** Cursors of Redis have 64 bits: it answers a greater one with an error. */
const MAX_CURSOR = 2n ** 64n - 1n;

/**
 * Returns a cursor of Redis, with or without a letter before its digits.
 *
 * @throws CallerError invalid_request for a number that Redis would refuse
 */
export function checkedCursor(cursor: string): string {
  const letter = cursor.replace(/\d+$/, '');
  if (BigInt(cursor.slice(letter.length)) <= MAX_CURSOR) return cursor;
  throw new CallerError('invalid_request', `cursor must be at most ${letter}${MAX_CURSOR}.`);
}
