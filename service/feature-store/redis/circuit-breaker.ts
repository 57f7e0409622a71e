import type { Logger } from '../../application/ports/logger.ts';
import { OutageLog } from '../../telemetry/outage-log.ts';
import { failureReason, isRefusal, isTimeout } from './failures.ts';

/** Time-outs in a row that open the circuit. */
const TIMEOUTS_TO_OPEN = 3;

/** Time between two probes while the circuit is open. */
const PROBE_INTERVAL_MS = 1_000;

/** The circuit is open: the work was not started. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';

  constructor() {
    super('Execution prevented because the circuit breaker is open');
  }
}

/**
 * Circuit breaker: rejects operations at once while Redis does not respond, so that requests do
 * not wait for a time-out each. Lets one probe a second through; its success closes the circuit.
 * Only time-outs open it: rejections by Redis and lost connections fail at once anyway.
 */
export class StoreCircuitBreaker {
  readonly #outages: OutageLog;
  readonly #monotonicMs: () => number;
  #timeouts = 0;
  #openedMs: number | undefined;
  #isProbing = false;

  /** @param monotonicMs a clock that never jumps, or a probe might wait for years */
  constructor(logger: Logger, monotonicMs: () => number = () => performance.now()) {
    this.#monotonicMs = monotonicMs;
    this.#outages = new OutageLog({
      logger,
      failed: 'the feature store does not respond; it is skipped except for one probe a second',
      recovered: 'the feature store responds again',
    });
  }

  /** @throws CircuitOpenError when the circuit is open and the work was not started */
  async execute<T>(work: () => Promise<T>): Promise<T> {
    if (this.#openedMs === undefined) return this.#watch(work);
    const isDue = this.#monotonicMs() - this.#openedMs >= PROBE_INTERVAL_MS;
    if (this.#isProbing || !isDue) throw new CircuitOpenError();
    return this.#probe(work);
  }

  async #watch<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#timeouts = 0;
      return result;
    } catch (error) {
      if (!isTimeout(error)) this.#timeouts = 0;
      else if (++this.#timeouts >= TIMEOUTS_TO_OPEN) this.#open(error);
      throw error;
    }
  }

  /** A probe succeeds with any reply, be it an error. */
  async #probe<T>(work: () => Promise<T>): Promise<T> {
    this.#isProbing = true;
    try {
      const result = await work();
      this.#close();
      return result;
    } catch (error) {
      if (isRefusal(error)) this.#close();
      else this.#open(error);
      throw error;
    } finally {
      this.#isProbing = false;
    }
  }

  #open(error: unknown): void {
    this.#openedMs = this.#monotonicMs();
    this.#outages.failed(failureReason(error));
  }

  #close(): void {
    this.#openedMs = undefined;
    this.#timeouts = 0;
    this.#outages.recovered();
  }
}
