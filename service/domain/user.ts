import { CallerError } from './errors.ts';

/** Decimal digits of an X account's id without leading zeros, at most 19. */
export type UserId = string;

/** A caller's reference to an account. */
export type UserReference = { readonly id: UserId } | { readonly username: string };

/** X's handles have up to 15 characters; some old ones have more. */
const USERNAME = /^@?([A-Za-z0-9_]{1,50})$/;

/**
 * Parses `12`, `@jack` or `jack`. A bare number is an id, because a handle may consist of digits
 * too: `@12` is a handle.
 *
 * @throws CallerError invalid_request
 */
export function parseUserReference(text: string): UserReference {
  const id = /^[0-9]{1,19}$/.test(text) ? text.replace(/^0+/, '') : undefined;
  if (id) return { id };
  const username = id === undefined ? USERNAME.exec(text)?.[1] : undefined;
  if (username === undefined) {
    throw new CallerError(
      'invalid_request',
      'A user must be an id of 1 to 19 digits, or @username.',
    );
  }
  return { username };
}
