import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import type { Logger } from '../../domain/ports/logger.ts';
import { failureReason, isRefusal } from './failures.ts';
import { OutageLog } from './outage-log.ts';

/** Operations in a row that Redis left unanswered before it is left alone. */
const FAILURES_TO_OPEN = 3;

/** Time between two probes of a Redis that is left alone. */
const PROBE_INTERVAL_MS = 1_000;

/**
 * Leaves a silent Redis alone, so that not every request waits for a time-out: all are refused
 * at once but for one a second, whose success lets all through again. An error that Redis
 * answers with is no silence and opens nothing.
 */
export class StoreCircuitBreaker {
  readonly #breaker: CircuitBreakerPolicy;

  constructor(logger: Logger) {
    const outages = new OutageLog({
      logger,
      failed: 'the feature store does not answer and is left alone, but for one probe a second',
      recovered: 'the feature store answers again',
    });
    this.#breaker = circuitBreaker(
      handleWhen((error) => !isRefusal(error)),
      { halfOpenAfter: PROBE_INTERVAL_MS, breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN) },
    );
    this.#breaker.onBreak((cause) =>
      outages.failed(failureReason('error' in cause ? cause.error : undefined)),
    );
    this.#breaker.onReset(() => outages.recovered());
  }

  /** @throws BrokenCircuitError when the work was not even tried. */
  async execute<T>(work: () => Promise<T>): Promise<T> {
    // The policy itself would let others wait for the outcome of the probe under way.
    if (this.#breaker.state === CircuitState.HalfOpen) throw new BrokenCircuitError();
    return this.#breaker.execute(work);
  }
}
