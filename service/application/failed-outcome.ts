import type { ServiceError } from '../domain/errors.ts';

/** A tweet or text has no answer, for the reason that the error explains. */
export interface FailedOutcome {
  readonly status: 'error';
  readonly error: ServiceError;
}

export function failed(error: ServiceError): FailedOutcome {
  return { status: 'error', error };
}
