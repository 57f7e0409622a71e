import type { SentimentModel } from '../../../application/ports/sentiment-model.ts';
import type { TextOutcome } from '../../../application/text-outcome.ts';
import { marginOf } from '../../../domain/sentiment.ts';
import { problemOf } from '../../problem.ts';
import type { TextsResponse } from './schemas.ts';

export function textsResponse(
  outcomes: readonly TextOutcome[],
  model: SentimentModel,
  requestId: string,
): TextsResponse {
  const { name, revision } = model.identity;
  return {
    results: outcomes.map((outcome) => itemOf(outcome, model, requestId)),
    model: { name, revision },
  };
}

function itemOf(
  outcome: TextOutcome,
  { certainMargin }: SentimentModel,
  requestId: string,
): TextsResponse['results'][number] {
  if (outcome.status === 'error') {
    return { status: 'error', problem: problemOf(outcome.error, requestId) };
  }
  const {
    label: sentimentAnalyst,
    scores,
    truncated,
    tokens,
    language,
    languageSupported,
    words,
  } = outcome.prediction;
  return {
    status: 'ok',
    sentimentAnalyst,
    scores,
    certain: marginOf(scores) >= certainMargin,
    truncated,
    tokens,
    language,
    languageSupported,
    ...(words && { words: [...words] }),
  };
}
