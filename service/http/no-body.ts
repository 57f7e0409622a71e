import { CallerError } from '../domain/errors.ts';

/**
 * Rejects bodies on routes whose options are in the query: `dryRun` in a body would be ignored, and
 * the data changed. Accepts an empty object.
 *
 * @throws CallerError
 */
export function expectNoBody(body: unknown): void {
  if (JSON.stringify(body ?? {}) === '{}') return;
  throw new CallerError(
    'invalid_request',
    'The route takes no body; send cursor and dryRun in the query.',
  );
}
