import { EmptyTextError, ModelFailedError } from '../domain/errors.ts';
import type { LanguageFinding } from '../domain/language.ts';
import { hasFiniteScores, type Prediction } from '../domain/sentiment.ts';
import { type FailedOutcome, failed } from './failed-outcome.ts';
import type { WordInfluence } from './word-influence.ts';

/** The prediction of a text, and its language. */
export interface TextPrediction extends Prediction, LanguageFinding {
  /** Present if the caller asked for an explanation. */
  readonly words?: readonly WordInfluence[];
}

/** The answer for one text. */
export type TextOutcome =
  | { readonly status: 'ok'; readonly prediction: TextPrediction }
  | FailedOutcome;

/** @param prediction null if preprocessing left nothing to score */
export function textOutcome(prediction: Prediction | null, finding: LanguageFinding): TextOutcome {
  if (!prediction) {
    return failed(new EmptyTextError('The text has nothing to score; leave it out.'));
  }
  if (!hasFiniteScores(prediction)) {
    return failed(
      new ModelFailedError('The model failed to score the text; leave it out and report it.'),
    );
  }
  return { status: 'ok', prediction: { ...prediction, ...finding } };
}
