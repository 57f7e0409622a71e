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
  /** A clock that never jumps, or a probe might wait for years; `performance.now` by default. */
  readonly monotonicMs?: (() => number) | undefined;
}

/**
 * Circuit breaker: rejects work at once while a dependency does not answer, so that requests do not
 * wait for a time-out each. Lets one probe a second through; its success closes the circuit.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  readonly #monotonicMs: () => number;
  #failures = 0;
  #openedMs: number | undefined;
  #isProbing = false;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
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
    this.#isProbing = true;
    try {
      const result = await work();
      this.#close();
      return result;
    } catch (error) {
      if (this.#options.isUp(error)) this.#close();
      else this.#open(error);
      throw error;
    } finally {
      this.#isProbing = false;
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
