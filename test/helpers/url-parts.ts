import fc from 'fast-check';
import { unicodeString } from './unicode-string.ts';

/**
 * Text as it stands in a query or fragment. Faster than fast-check's own arbitraries for URLs,
 * which take a second of CPU time to prepare.
 */
export const urlPart = unicodeString().map(encodeURIComponent);

/** Absolute URLs of any host. */
export const webUrl = fc
  .tuple(
    fc.constantFrom('http', 'https'),
    fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9](\.[a-z]{2,8}){1,2}$/),
    fc.array(urlPart, { maxLength: 4 }),
    fc.option(urlPart, { nil: '' }),
  )
  .map(([scheme, host, path, query]) => `${scheme}://${host}/${path.join('/')}?${query}`);
