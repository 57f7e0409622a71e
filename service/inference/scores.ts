import { type Label, perLabel, type Scores } from '../domain/sentiment.ts';

/** Probabilities of logits; they sum to 1, or are all NaN if a logit is not finite. */
export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  // Minus infinity would otherwise pass as a probability of 0.
  if (!values.every(Number.isFinite)) return values.map(() => Number.NaN);
  const highest = Math.max(...values);
  const exponentials = values.map((logit) => Math.exp(logit - highest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

/** Index of the highest value; of the first one of several. */
export function indexOfHighest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

/** Probabilities by label; `labels` names the logits in their order. */
export function scoresOf(logits: ArrayLike<number>, labels: readonly Label[]): Scores {
  const probabilities = softmax(logits);
  return perLabel((label) => probabilities[labels.indexOf(label)] ?? Number.NaN);
}
