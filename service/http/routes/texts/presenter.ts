import type { ModelIdentity, Prediction } from '../../../domain/sentiment.ts';
import type { TextsResponse } from './schemas.ts';

export function textsResponse(
  predictions: readonly Prediction[],
  { name, revision }: ModelIdentity,
): TextsResponse {
  return {
    results: predictions.map(({ label, scores, truncated }) => ({
      sentimentAnalyst: label,
      scores,
      truncated,
    })),
    model: { name, revision },
  };
}
