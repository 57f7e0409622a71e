import type { TextOutcome } from '../../../application/text-outcome.ts';
import type { ModelIdentity } from '../../../domain/sentiment.ts';
import { problemOf } from '../../problem.ts';
import type { TextsResponse } from './schemas.ts';

export function textsResponse(
  outcomes: readonly TextOutcome[],
  { name, revision }: ModelIdentity,
  requestId: string,
): TextsResponse {
  return {
    results: outcomes.map((outcome) => itemOf(outcome, requestId)),
    model: { name, revision },
  };
}

function itemOf(outcome: TextOutcome, requestId: string): TextsResponse['results'][number] {
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
    truncated,
    tokens,
    language,
    languageSupported,
    ...(words && { words: [...words] }),
  };
}
