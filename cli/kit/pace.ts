import { type Pause, timerPause } from './retry.ts';

export interface PaceOptions {
  readonly signal: AbortSignal;
  /** Monotonic clock; replaceable by tests. */
  readonly now?: () => number;
  /** Waits by a timer unless a test replaces it. */
  readonly pause?: Pause;
}

/** Keeps work to a rate. Time that was lost, such as by an outage, is not made up for. */
export class Pace {
  readonly #itemsPerSecond: number;
  readonly #signal: AbortSignal;
  readonly #now: () => number;
  readonly #pause: Pause;
  #paidUntilMs: number;

  constructor(itemsPerSecond: number, options: PaceOptions) {
    this.#itemsPerSecond = itemsPerSecond;
    this.#signal = options.signal;
    this.#now = options.now ?? (() => performance.now());
    this.#pause = options.pause ?? timerPause;
    this.#paidUntilMs = this.#now();
  }

  /** Waits as long as items that were just done may take, less the time that they took. */
  async spend(items: number): Promise<void> {
    this.#paidUntilMs += (1_000 * items) / this.#itemsPerSecond;
    const aheadMs = this.#paidUntilMs - this.#now();
    if (aheadMs > 0) await this.#pause(aheadMs, this.#signal);
    else this.#paidUntilMs = this.#now();
  }
}
