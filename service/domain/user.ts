import { USERNAME } from '../contract/forms.ts';
import { CallerError } from './errors.ts';

/** Decimal digits of an X account's id without leading zeros, at most 19. */
export type UserId = string;

/** A caller's reference to an account. */
export type UserReference = { readonly id: UserId } | { readonly username: string };

const HANDLE = new RegExp(`^@?(${USERNAME})$`);

/**
 * Parses `12`, `@jack` or `jack`. A bare number is an id, because a handle may consist of digits
 * too: `@12` is a handle.
 *
 * @throws CallerError invalid_request
 */
export function parseUserReference(text: string): UserReference {
  const id = /^[0-9]{1,19}$/.test(text) ? text.replace(/^0+/, '') : undefined;
  if (id) return { id };
  const username = id === undefined ? HANDLE.exec(text)?.[1] : undefined;
  if (username === undefined) {
    throw new CallerError(
      'invalid_request',
      'A user must be an id of 1 to 19 digits, or @username.',
    );
  }
  return { username };
}
