import { SAMPLE_ACCOUNTS } from '../contract/sample-accounts.ts';
import { utcDay } from '../domain/utc-days.ts';
import type { FeatureStore } from './ports/feature-store.ts';
import { waitAtMost } from './wait-at-most.ts';

/** Time for which a result is reused. */
const FRESH_MS = 10_000;
/** Longest time that an answer waits for the store. */
const WAIT_MS = 250;

/** Finds out whether the store holds tweets of the invented sample. */
export class SampleCheck {
  readonly #store: FeatureStore;
  #found: boolean | null = null;
  #checkedMs = Number.NEGATIVE_INFINITY;
  #checking: Promise<void> | undefined;

  constructor(store: FeatureStore) {
    this.#store = store;
  }

  /** Null if the store does not answer. */
  async holdsSample(): Promise<boolean | null> {
    if (performance.now() - this.#checkedMs < FRESH_MS) return this.#found;
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    const late = new Error('The store has not answered in time.');
    await waitAtMost(this.#checking, { ms: WAIT_MS, onLate: () => late }).catch(() => {});
    return this.#found;
  }

  async #check(): Promise<void> {
    this.#found = await this.#search().catch(() => null);
    this.#checkedMs = performance.now();
  }

  /** Asks for one account after the other, so that a failing store gets one request only. */
  async #search(): Promise<boolean> {
    const today = utcDay(Date.now());
    for (const { id } of SAMPLE_ACCOUNTS) {
      if (await this.#store.userBuckets(id, { from: today, to: today })) return true;
    }
    return false;
  }
}
