import { exponentialMs, type RetryOptions } from '../kit/retry.ts';
import { SourceError } from './source.ts';

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5_000;

/** Repeats reads that a source refuses temporarily. */
export const SOURCE_RETRIES: RetryOptions = {
  maxAttempts: 6,
  waitFor: (error, attempt) =>
    error instanceof SourceError && error.retryable
      ? { ms: exponentialMs(attempt, FIRST_WAIT_MS, LONGEST_WAIT_MS) }
      : null,
};
