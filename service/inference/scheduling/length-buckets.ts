/** Largest difference in length within a bucket, as a share: bounds the padding. */
const SPREAD = 1 / 8;

/** Sorts token counts into buckets of similar length. */
export class LengthBuckets {
  /** Longest length of each bucket, ascending. */
  readonly limits: readonly number[];
  readonly #bucketOf: readonly number[];

  constructor(maxTokens: number) {
    const limits: number[] = [];
    const bucketOf: number[] = [];
    for (let first = 1; first <= maxTokens; ) {
      const limit = Math.min(maxTokens, Math.max(first, Math.floor(first / (1 - SPREAD))));
      for (let tokens = first; tokens <= limit; tokens++) bucketOf[tokens] = limits.length;
      limits.push(limit);
      first = limit + 1;
    }
    this.limits = limits;
    this.#bucketOf = bucketOf;
  }

  /** @throws RangeError for a length outside 1 to the window */
  indexOf(tokens: number): number {
    const bucket = this.#bucketOf[tokens];
    if (bucket === undefined) throw new RangeError(`No bucket for a text of ${tokens} tokens`);
    return bucket;
  }
}
