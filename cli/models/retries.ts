import { ExponentialBackoff, handleType, type RetryPolicy, retry } from 'cockatiel';
import { SourceError } from './source.ts';

const MAX_RETRIES = 5;

/** Tries again, after 0.3 to 5 s, what a source refused for the moment. */
export function retries(): RetryPolicy {
  return retry(
    handleType(SourceError, (error) => error.retryable),
    {
      maxAttempts: MAX_RETRIES,
      backoff: new ExponentialBackoff({ initialDelay: 300, maxDelay: 5_000 }),
    },
  );
}
