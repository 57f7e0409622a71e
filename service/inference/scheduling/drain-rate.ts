/**
 * Fixed cost of a text besides its tokens, in tokens. Measured on the embedded model: 0.6 ms a
 * text, 0.076 ms a token; on a RoBERTa-base: 5 ms and 0.37 ms.
 */
const TEXT_OVERHEAD_TOKENS = 10;

/** Estimates before the first batch: the speed of a RoBERTa-base, a post of ordinary length. */
const INITIAL_MS_PER_UNIT = 0.4;
const INITIAL_UNITS_PER_TEXT = textCost(30);

/** Share of its weight that a measurement keeps when the next one arrives. */
const DECAY = 0.95;

/**
 * Cap on a measurement, as a multiple of the expected time. A batch may take long because its
 * worker died or the process was suspended; neither predicts the next batch.
 */
const SLOWEST = 5;

/** Half-life of an estimate without new measurements. */
const HALF_LIFE_MS = 5_000;

/** Cost of scoring a text of this many tokens, in units of the drain rate. */
export function textCost(tokens: number): number {
  return tokens + TEXT_OVERHEAD_TOKENS;
}

/** Cost of texts and speed of one worker, measured over the last batches. Pure. */
export class DrainRate {
  #texts = 1;
  #units = INITIAL_UNITS_PER_TEXT;
  #ms = INITIAL_UNITS_PER_TEXT * INITIAL_MS_PER_UNIT;
  #learnedAtMs = Number.POSITIVE_INFINITY;
  /** Rate of a quiet machine, to which an estimate decays. */
  #baseline = INITIAL_MS_PER_UNIT;

  get unitsPerText(): number {
    return this.#units / this.#texts;
  }

  /**
   * Milliseconds a worker takes for one unit of cost. A rate so slow that everything is rejected
   * would never be measured again, so without measurements it decays to the baseline.
   */
  msPerUnit(nowMs: number): number {
    const learned = this.#ms / this.#units;
    if (learned <= this.#baseline) return learned;
    const silentMs = Math.max(0, nowMs - this.#learnedAtMs);
    return Math.max(this.#baseline, learned * 0.5 ** (silentMs / HALF_LIFE_MS));
  }

  /** Makes what has been learned so far, by the start-up check, the baseline. */
  calibrate(): void {
    this.#baseline = this.#ms / this.#units;
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
    this.#learnedAtMs = nowMs;
  }
}
