import { CallerError } from '../domain/errors.ts';

/**
 * Limits a text by its characters. A text has at least as many UTF-16 units as characters, so
 * that characters are counted only for long texts.
 *
 * @throws CallerError text_too_long
 */
export function requireTextWithin(maxCharacters: number, text: string, name: string): void {
  if (text.length > maxCharacters && [...text].length > maxCharacters) {
    throw new CallerError(
      'text_too_long',
      `${name} has more than ${maxCharacters} characters; shorten it.`,
    );
  }
}
