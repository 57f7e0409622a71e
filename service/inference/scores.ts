import { type Label, perLabel, type Scores } from '../domain/sentiment.ts';

/** Probabilities of logits; they sum to 1. */
export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const highest = Math.max(...values);
  const exponentials = values.map((logit) => Math.exp(logit - highest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

/** Probabilities by label; `labels` names the logits in their order. */
export function scoresOf(logits: ArrayLike<number>, labels: readonly Label[]): Scores {
  const probabilities = softmax(logits);
  return perLabel((label) => probabilities[labels.indexOf(label)] ?? Number.NaN);
}
