import { EmptyTextError, ModelFailedError, type ServiceError } from '../domain/errors.ts';
import { hasFiniteScores, type Prediction } from '../domain/sentiment.ts';

/** The answer for one text. */
export type TextOutcome =
  | { readonly status: 'ok'; readonly prediction: Prediction }
  | { readonly status: 'error'; readonly error: ServiceError };

/** @param prediction null if preprocessing left nothing to score */
export function textOutcome(prediction: Prediction | null): TextOutcome {
  if (!prediction) {
    return failed(new EmptyTextError('The text has nothing to score; leave it out.'));
  }
  if (!hasFiniteScores(prediction)) {
    return failed(
      new ModelFailedError('The model failed to score the text; leave it out and report it.'),
    );
  }
  return { status: 'ok', prediction };
}

function failed(error: ServiceError): TextOutcome {
  return { status: 'error', error };
}
