/**
 * What a text costs besides its tokens, in tokens: 0.6 ms of 0.076 ms each were measured on
 * the embedded model, 5 ms of 0.37 ms on a RoBERTa-base.
 */
const TEXT_OVERHEAD_TOKENS = 10;

/** Before the first batch: slow enough for a RoBERTa-base, and a post of ordinary length. */
const INITIAL_MS_PER_UNIT = 0.4;
const INITIAL_UNITS_PER_TEXT = textCost(30);

/** Share of its weight that a measurement keeps when the next one arrives. */
const DECAY = 0.95;

/**
 * A batch counts as no slower than this many times what was expected: its worker may have died,
 * or the whole process stood still, and neither tells how long the next batch takes.
 */
const SLOWEST = 5;

/** An estimate that nothing has confirmed halves in this time. */
const HALF_LIFE_MS = 5_000;

/** Cost of scoring a text of so many tokens, in units of the drain rate. */
export function textCost(tokens: number): number {
  return tokens + TEXT_OVERHEAD_TOKENS;
}

/** What texts cost and how fast one worker works, measured over the last batches. Pure. */
export class DrainRate {
  #texts = 1;
  #units = INITIAL_UNITS_PER_TEXT;
  #ms = INITIAL_UNITS_PER_TEXT * INITIAL_MS_PER_UNIT;
  #learntAtMs = Number.POSITIVE_INFINITY;

  get unitsPerText(): number {
    return this.#units / this.#texts;
  }

  /**
   * Milliseconds a worker takes for one unit of cost. A rate so slow that everything is refused
   * could never be corrected: without news it comes back to what it was at first.
   */
  msPerUnit(nowMs: number): number {
    const learnt = this.#ms / this.#units;
    if (learnt <= INITIAL_MS_PER_UNIT) return learnt;
    const silentMs = Math.max(0, nowMs - this.#learntAtMs);
    return Math.max(INITIAL_MS_PER_UNIT, learnt * 0.5 ** (silentMs / HALF_LIFE_MS));
  }

  /** Learns from a batch that took a worker `ms` and ended now. */
  learn(
    batch: { readonly texts: number; readonly units: number; readonly ms: number },
    nowMs: number,
  ): void {
    const slowestMs = (SLOWEST * batch.units * this.#ms) / this.#units;
    this.#texts = this.#texts * DECAY + batch.texts;
    this.#units = this.#units * DECAY + batch.units;
    this.#ms = this.#ms * DECAY + Math.min(batch.ms, slowestMs);
    this.#learntAtMs = nowMs;
  }
}
