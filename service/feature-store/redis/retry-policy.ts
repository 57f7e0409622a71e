import {
  bulkhead,
  ExponentialBackoff,
  handleAll,
  type IPolicy,
  isTaskCancelledError,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';

/** Time after which a purge gives up. */
const GIVE_UP_AFTER_MS = 5_000;

/** Bounds for purges that run at the same time and that wait in line; more fail at once. */
const CONCURRENT = 100;
const QUEUED = 900;

/** Retries until the work succeeds or the time is up; only for work that may run twice. */
export class RetryPolicy {
  readonly #policy: IPolicy = wrap(
    timeout(GIVE_UP_AFTER_MS, TimeoutStrategy.Aggressive),
    bulkhead(CONCURRENT, QUEUED),
    retry(handleAll, { backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 500 }) }),
  );

  /** Rejects with the failure of the last attempt, or of the policy if there was no attempt. */
  async execute<T>(work: () => Promise<T>): Promise<T> {
    let failure: unknown;
    const attempt = () =>
      work().catch((error: unknown) => {
        failure = error;
        throw error;
      });
    try {
      return await this.#policy.execute(attempt);
    } catch (error) {
      throw isTaskCancelledError(error) ? (failure ?? error) : error;
    }
  }
}
