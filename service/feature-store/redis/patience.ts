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

/** Longest time a purge tries before it says that it did not succeed. */
const PATIENCE_MS = 5_000;

/** Purges that try at the same time, and that wait for their turn; more fail at once. */
const CONCURRENT = 100;
const QUEUED = 900;

/** Tries again until the work succeeds or the time is up; for what may safely be done twice. */
export class Patience {
  readonly #policy: IPolicy = wrap(
    timeout(PATIENCE_MS, TimeoutStrategy.Aggressive),
    bulkhead(CONCURRENT, QUEUED),
    retry(handleAll, { backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 500 }) }),
  );

  /** Rejects with the failure of the last attempt, or of the policy when there was none. */
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
