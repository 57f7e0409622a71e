import { EmptyTextError, ModelFailedError, type ServiceError } from '../domain/errors.ts';
import type { LanguageFinding } from '../domain/language.ts';
import { hasFiniteScores, type Prediction } from '../domain/sentiment.ts';
import type { WordInfluence } from './word-influence.ts';

/** The prediction of a text, and its language. */
export interface TextPrediction extends Prediction, LanguageFinding {
  /** Present if the caller asked for an explanation. */
  readonly words?: readonly WordInfluence[];
}

/** The answer for one text. */
export type TextOutcome =
  | { readonly status: 'ok'; readonly prediction: TextPrediction }
  | { readonly status: 'error'; readonly error: ServiceError };

/** @param prediction null if preprocessing left nothing to score */
export function textOutcome(prediction: Prediction | null, finding: LanguageFinding): TextOutcome {
  if (!prediction) {
    return failedText(new EmptyTextError('The text has nothing to score; leave it out.'));
  }
  if (!hasFiniteScores(prediction)) {
    return failedText(
      new ModelFailedError('The model failed to score the text; leave it out and report it.'),
    );
  }
  return { status: 'ok', prediction: { ...prediction, ...finding } };
}

export function failedText(error: ServiceError): TextOutcome {
  return { status: 'error', error };
}
