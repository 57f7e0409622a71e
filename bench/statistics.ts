import { quantile } from '../cli/kit/statistics.ts';

/** Middle of the sorted values; the mean of the two middle ones of an even count. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('a median of no values');
  return quantile(values, 0.5);
}

/** Results of several rounds of one figure. */
export interface Summary {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

export function summarize(values: readonly number[]): Summary {
  return {
    median: median(values),
    lowest: Math.min(...values),
    highest: Math.max(...values),
  };
}
