import { type Clock, systemClock } from '../clock.ts';

/** Long enough to be worth a turn, short enough not to delay other work noticeably. */
export const TURN_MS = 1;

/**
 * Share of a turn that computations may use if other work makes turns long. With a fixed time, a
 * turn full of requests to refuse would starve the requests that were accepted.
 */
const BUSY_SHARE = 0.5;

/** Limit on that time, such as after the process was suspended. */
export const LONGEST_BUSY_TURN_MS = 25;

/**
 * Lets long computations share the thread. A computation asks between two steps whether the turn
 * has time left, and if not waits for a later turn. All computations together use one `TURN_MS`
 * per turn of the event loop, or half of the turn if other work takes longer.
 */
export class EventLoopTurns {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #startedMs: number | null = null;
  #budgetMs = TURN_MS;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** True if a step may begin now. */
  hasTime(): boolean {
    if (this.#startedMs === null) this.#begin(TURN_MS);
    return this.#waiting.length === 0 && this.#isWithinBudget();
  }

  /** Resolves in a later turn, in the order of the calls. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#startedMs === null) this.#begin(TURN_MS);
    });
  }

  #begin(budgetMs: number): void {
    this.#budgetMs = budgetMs;
    this.#startedMs = this.#clock.nowMs();
    this.#clock.inNextTurn(() => {
      const busyMs = Math.min(BUSY_SHARE * this.#elapsedMs(), LONGEST_BUSY_TURN_MS);
      this.#startedMs = null;
      if (this.#waiting.length === 0) return;
      this.#begin(Math.max(TURN_MS, busyMs));
      this.#resume();
    });
  }

  /** Resumes the first computation, then the others while the turn has time. */
  #resume(): void {
    this.#waiting.shift()?.();
    // After the step of the resumed computation, which is a microtask too.
    queueMicrotask(() => {
      if (this.#waiting.length > 0 && this.#isWithinBudget()) this.#resume();
    });
  }

  #isWithinBudget(): boolean {
    return this.#elapsedMs() < this.#budgetMs;
  }

  #elapsedMs(): number {
    return this.#startedMs === null ? 0 : this.#clock.nowMs() - this.#startedMs;
  }
}
