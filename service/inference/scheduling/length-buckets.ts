import type { CpuFamily } from '../../contract/cpu-family.ts';

/** Token counts that may share a batch. */
export type BatchLengths = 'similar' | 'equal';

/**
 * On arm64 padding changes the last bit of an attention sum, which now and then moves a score by up
 * to 0.01. There a batch holds texts of one length only, so that no text is ever padded.
 */
export const BATCH_LENGTHS: Readonly<Record<CpuFamily, BatchLengths>> = {
  x64: 'similar',
  arm64: 'equal',
};

/** Largest difference in length within a bucket, as a share: bounds the padding. */
const SPREAD = { similar: 1 / 8, equal: 0 } as const;

/** Sorts token counts into the buckets that batches come from. */
export class LengthBuckets {
  /** Longest length of each bucket, ascending. */
  readonly limits: readonly number[];
  readonly #bucketOf: readonly number[];

  constructor(maxTokens: number, batchLengths: BatchLengths) {
    const spread = SPREAD[batchLengths];
    const limits: number[] = [];
    const bucketOf: number[] = [];
    for (let first = 1; first <= maxTokens; ) {
      const limit = Math.min(maxTokens, Math.max(first, Math.floor(first / (1 - spread))));
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
