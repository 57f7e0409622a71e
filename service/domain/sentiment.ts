import { LABELS, type Label } from '../contract/labels.ts';

export { LABELS, type Label } from '../contract/labels.ts';

/** By which the scores of a text may differ from a sum of 1. */
export const SCORE_SUM_TOLERANCE = 1e-6;

/** Softmax probabilities, one per label; they sum to 1 within `SCORE_SUM_TOLERANCE`. */
export type Scores = Readonly<Record<Label, number>>;

/** A model's result for one text. */
export interface Prediction {
  readonly label: Label;
  readonly scores: Scores;
  /** The text was longer than the model's window and its end was not read. */
  readonly truncated: boolean;
  /** Number of tokens that the model read, special tokens included. */
  readonly tokens: number;
}

/** Everything besides the text that determines a prediction. Rows of other identities are not served. */
export interface ModelIdentity {
  readonly name: string;
  /** First 12 hex digits of a SHA-256 over the hashes of the bundle's files and the preprocessing. */
  readonly revision: string;
  readonly preprocessingVersion: number;
}

/** True if every score is a number: a defective graph gives NaN for some texts. */
export function hasFiniteScores({ scores }: Pick<Prediction, 'scores'>): boolean {
  return LABELS.every((label) => Number.isFinite(scores[label]));
}

/** The label with the highest score; the first one on a tie. */
export function topLabel(scores: Scores): Label {
  return LABELS.reduce((best, label) => (scores[label] > scores[best] ? label : best));
}

/** The distance between the two highest scores, 0 to 1. */
export function marginOf(scores: Scores): number {
  const [highest = 0, second = 0] = LABELS.map((label) => scores[label]).sort((a, b) => b - a);
  return highest - second;
}

/** One value for each label. */
export function perLabel<T>(value: (label: Label) => T): Record<Label, T> {
  const [negative, neutral, positive] = LABELS;
  return {
    negative: value(negative),
    neutral: value(neutral),
    positive: value(positive),
  };
}
