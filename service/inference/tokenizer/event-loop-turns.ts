/** Long enough to be worth a turn, short enough that nobody notices the wait. */
export const TURN_MS = 1;

/**
 * Lets long computations share the thread. Whoever computes asks between two steps whether
 * the turn has time left and waits for the next turn when it has not; all computations
 * together take one `TURN_MS` per turn of the event loop.
 */
export class EventLoopTurns {
  readonly #waiting: (() => void)[] = [];
  #startedMs: number | null = null;

  /** Whether a step may begin now. */
  hasTime(): boolean {
    if (this.#startedMs === null) this.#begin();
    return this.#waiting.length === 0 && this.#elapsedMs() < TURN_MS;
  }

  /** Resolves in a later turn, in the order of the calls. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#startedMs === null) this.#begin();
    });
  }

  #begin(): void {
    this.#startedMs = performance.now();
    setImmediate(() => {
      this.#startedMs = null;
      const first = this.#waiting.shift();
      if (first === undefined) return;
      this.#begin();
      first();
    });
  }

  #elapsedMs(): number {
    return this.#startedMs === null ? 0 : performance.now() - this.#startedMs;
  }
}
