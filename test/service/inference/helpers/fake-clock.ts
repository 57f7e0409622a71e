import type { Clock } from '../../../../service/inference/clock.ts';

interface FakeTimer {
  atMs: number;
  /** Null for a timer that fires once. */
  readonly everyMs: number | null;
  readonly run: () => void;
}

/** A clock that stands still until a test advances it. */
export class FakeClock implements Clock {
  readonly #timers = new Map<number, FakeTimer>();
  #turn: (() => void)[] = [];
  #nowMs = 1_000;
  #lastTimer = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): number {
    return this.#set({ atMs: this.#nowMs + ms, everyMs: null, run });
  }

  every(ms: number, run: () => void): number {
    return this.#set({ atMs: this.#nowMs + ms, everyMs: ms, run });
  }

  cancel(timer: number): void {
    this.#timers.delete(timer);
  }

  inNextTurn(run: () => void): void {
    this.#turn.push(run);
  }

  /** Number of timers that are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Fires the timers that come due, each at its time. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [first] = [...this.#timers].toSorted(([, a], [, b]) => a.atMs - b.atMs);
      if (first === undefined || first[1].atMs > untilMs) break;
      const [id, timer] = first;
      this.#nowMs = Math.max(this.#nowMs, timer.atMs);
      if (timer.everyMs === null) this.#timers.delete(id);
      else timer.atMs += timer.everyMs;
      timer.run();
    }
    this.#nowMs = untilMs;
  }

  /** Begins the next turn of the event loop. */
  nextTurn(): void {
    const callbacks = this.#turn;
    this.#turn = [];
    for (const run of callbacks) run();
  }

  #set(timer: FakeTimer): number {
    this.#timers.set(++this.#lastTimer, timer);
    return this.#lastTimer;
  }
}
