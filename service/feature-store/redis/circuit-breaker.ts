import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import type { Logger } from '../../application/ports/logger.ts';
import { OutageLog } from '../../telemetry/outage-log.ts';
import { failureReason, isRefusal, isTimeout } from './failures.ts';

/** Operations in a row that Redis left unanswered before it is left alone. */
const TIMEOUTS_TO_OPEN = 3;

/** Time between two probes of a Redis that is left alone. */
const PROBE_INTERVAL_MS = 1_000;

/**
 * Leaves a silent Redis alone, so that not every request waits for a time-out: all are refused
 * at once but for one a second, whose answer lets all through again. Only silence opens the
 * circuit: what Redis refuses, or a lost connection, fails at once by itself.
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
      // A probe has succeeded only when it brought an answer.
      handleWhen((error) => isTimeout(error) || (this.#probing && !isRefusal(error))),
      { halfOpenAfter: PROBE_INTERVAL_MS, breaker: new ConsecutiveBreaker(TIMEOUTS_TO_OPEN) },
    );
    this.#breaker.onBreak((cause) =>
      outages.failed(failureReason('error' in cause ? cause.error : undefined)),
    );
    this.#breaker.onReset(() => outages.recovered());
  }

  /** @throws BrokenCircuitError when the work was not even tried. */
  async execute<T>(work: () => Promise<T>): Promise<T> {
    // The policy itself would let others wait for the outcome of the probe under way.
    if (this.#probing) throw new BrokenCircuitError();
    return this.#breaker.execute(work);
  }

  get #probing(): boolean {
    return this.#breaker.state === CircuitState.HalfOpen;
  }
}
