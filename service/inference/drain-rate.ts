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

/** Cost of scoring a text of so many tokens, in units of the drain rate. */
export function textCost(tokens: number): number {
  return tokens + TEXT_OVERHEAD_TOKENS;
}

/** What texts cost and how fast one worker works, measured over the last batches. */
export class DrainRate {
  #texts = 1;
  #units = INITIAL_UNITS_PER_TEXT;
  #ms = INITIAL_UNITS_PER_TEXT * INITIAL_MS_PER_UNIT;

  /** Milliseconds a worker takes for one unit of cost. */
  get msPerUnit(): number {
    return this.#ms / this.#units;
  }

  get unitsPerText(): number {
    return this.#units / this.#texts;
  }

  /** Learns from a batch that took a worker `ms`. */
  learn(batch: { readonly texts: number; readonly units: number; readonly ms: number }): void {
    this.#texts = this.#texts * DECAY + batch.texts;
    this.#units = this.#units * DECAY + batch.units;
    this.#ms = this.#ms * DECAY + batch.ms;
  }
}
