/** Time between two probes while the circuit is open. */
const PROBE_INTERVAL_MS = 1_000;

/** The circuit is open: the work was not started. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';

  constructor() {
    super('Execution prevented because the circuit breaker is open');
  }
}

export interface CircuitBreakerOptions {
  /** Failures in a row that open the circuit. */
  readonly failuresToOpen: number;
  /** Checks if an error tells that the dependency is down. */
  readonly isDown: (error: unknown) => boolean;
  /** Checks if an error tells that the dependency is up: it ends a row of failures. */
  readonly isUp: (error: unknown) => boolean;
  /** Called when the circuit opens, and after each probe that leaves it open. */
  readonly onOpen?: (error: unknown) => void;
  readonly onClose?: () => void;
  /** Longest time in which other work waits for the end of a probe (ms); 0, the default, rejects it at once. */
  readonly probeWaitMs?: number;
  /** A clock that never jumps, or a probe might wait for years; `performance.now` by default. */
  readonly monotonicMs?: (() => number) | undefined;
}

/**
 * Circuit breaker: rejects work at once while a dependency does not answer, so that requests do not
 * wait for a time-out each. Lets one probe a second through; its success closes the circuit. After a
 * probe that tells nothing, the next work is a probe.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  readonly #monotonicMs: () => number;
  #failures = 0;
  #openedMs: number | undefined;
  /** Resolves when the probe that runs has ended, or other work has waited for it long enough. */
  #probing: Promise<void> | undefined;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
  }

  /** @throws CircuitOpenError when the circuit is open and the work was not started */
  async execute<T>(work: () => Promise<T>): Promise<T> {
    for (let probe = this.#probing; probe !== undefined; probe = this.#probing) {
      await probe;
      if (probe === this.#probing) throw new CircuitOpenError();
    }
    if (this.#isProbeDue()) return this.#probe(work);
    if (this.#openedMs !== undefined) throw new CircuitOpenError();
    return this.#watch(work);
  }

  #isProbeDue(): boolean {
    if (this.#openedMs === undefined) return false;
    return this.#monotonicMs() - this.#openedMs >= PROBE_INTERVAL_MS;
  }

  async #watch<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#failures = 0;
      return result;
    } catch (error) {
      const { isUp, isDown, failuresToOpen } = this.#options;
      if (isUp(error)) this.#failures = 0;
      else if (isDown(error) && ++this.#failures >= failuresToOpen) this.#open(error);
      throw error;
    }
  }

  async #probe<T>(work: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#probing = promise;
    const { probeWaitMs = 0 } = this.#options;
    const timer = probeWaitMs > 0 ? setTimeout(resolve, probeWaitMs) : undefined;
    if (!timer) resolve();
    try {
      const result = await work();
      this.#close();
      return result;
    } catch (error) {
      if (this.#options.isUp(error)) this.#close();
      else if (this.#options.isDown(error)) this.#open(error);
      throw error;
    } finally {
      clearTimeout(timer);
      this.#probing = undefined;
      resolve();
    }
  }

  #open(error: unknown): void {
    this.#openedMs = this.#monotonicMs();
    this.#options.onOpen?.(error);
  }

  #close(): void {
    this.#openedMs = undefined;
    this.#failures = 0;
    this.#options.onClose?.();
  }
}
