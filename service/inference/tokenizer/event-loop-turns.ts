import { type Clock, systemClock } from '../clock.ts';

/** Long enough to be worth a turn, short enough not to delay other work noticeably. */
export const TURN_MS = 1;

/**
 * Lets long computations share the thread. A computation asks between two steps whether the turn
 * has time left, and if not waits for a later turn. All computations together use one `TURN_MS`
 * per turn of the event loop.
 */
export class EventLoopTurns {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #startedMs: number | null = null;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** True if a step may begin now. */
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
    this.#startedMs = this.#clock.nowMs();
    this.#clock.inNextTurn(() => {
      this.#startedMs = null;
      const first = this.#waiting.shift();
      if (first === undefined) return;
      this.#begin();
      first();
    });
  }

  #elapsedMs(): number {
    return this.#startedMs === null ? 0 : this.#clock.nowMs() - this.#startedMs;
  }
}
