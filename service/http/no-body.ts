import { CallerError } from '../domain/errors.ts';

/**
 * For routes whose options are in the query: a `dryRun` in the body would be ignored, and the work
 * done. An empty object is fine.
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
