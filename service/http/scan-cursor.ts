import { CallerError } from '../domain/errors.ts';

/** Pattern of a store's cursor: digits, and a mark of the server that gave them. */
export const SCAN_CURSOR = '[0-9]{1,20}(-[0-9a-f]{40})?';

/** Cursors of Redis have 64 bits: it answers a greater one with an error. */
const MAX_CURSOR = 2n ** 64n - 1n;

/**
 * Returns a cursor of the pattern, with or without a letter before its digits.
 *
 * @throws CallerError invalid_request for a number that Redis would refuse
 */
export function checkedCursor(cursor: string): string {
  const [, letter = '', digits = ''] = /^([a-z]?)(\d+)/.exec(cursor) ?? [];
  if (BigInt(digits) <= MAX_CURSOR) return cursor;
  throw new CallerError('invalid_request', `cursor must be at most ${letter}${MAX_CURSOR}.`);
}
