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

/** Time-outs in a row that open the circuit. */
const TIMEOUTS_TO_OPEN = 3;

/** Time between two probes while the circuit is open. */
const PROBE_INTERVAL_MS = 1_000;

/**
 * Circuit breaker: rejects operations at once while Redis does not respond, so that requests do
 * not wait for a time-out each. Lets one probe a second through; its success closes the circuit.
 * Only time-outs open it: rejections by Redis and lost connections fail at once anyway.
 */
export class StoreCircuitBreaker {
  readonly #breaker: CircuitBreakerPolicy;

  constructor(logger: Logger) {
    const outages = new OutageLog({
      logger,
      failed: 'the feature store does not respond; it is skipped except for one probe a second',
      recovered: 'the feature store responds again',
    });
    this.#breaker = circuitBreaker(
      // A probe succeeds only with a reply, be it an error.
      handleWhen((error) => isTimeout(error) || (this.#probing && !isRefusal(error))),
      { halfOpenAfter: PROBE_INTERVAL_MS, breaker: new ConsecutiveBreaker(TIMEOUTS_TO_OPEN) },
    );
    this.#breaker.onBreak((cause) =>
      outages.failed(failureReason('error' in cause ? cause.error : undefined)),
    );
    this.#breaker.onReset(() => outages.recovered());
  }

  /** @throws BrokenCircuitError when the circuit is open and the work was not started */
  async execute<T>(work: () => Promise<T>): Promise<T> {
    // The policy itself would make others wait for the result of the probe.
    if (this.#probing) throw new BrokenCircuitError();
    return this.#breaker.execute(work);
  }

  get #probing(): boolean {
    return this.#breaker.state === CircuitState.HalfOpen;
  }
}
