import { type Static, Type } from 'typebox';
import type { HttpLimits } from '../../limits.ts';
import { Model, ref, Scores, SentimentLabel, Truncated } from '../../schemas/shared.ts';

/** A text to score. The pattern requires a character other than white space. */
export function text(limits: HttpLimits) {
  return Type.String({ pattern: '\\S', maxLength: limits.textCharacters });
}

export function textsRequest(limits: HttpLimits) {
  return Type.Object(
    {
      texts: Type.Array(text(limits), {
        minItems: 1,
        maxItems: limits.texts,
        description: 'Texts to score; the answer has the same length and order.',
      }),
    },
    {
      additionalProperties: false,
      examples: [{ texts: ['I love this phone', 'The battery died again.'] }],
    },
  );
}

export const TextSentiment = Type.Object(
  { sentimentAnalyst: ref(SentimentLabel), scores: ref(Scores), truncated: Truncated },
  { $id: 'TextSentiment' },
);

export const TextsResponse = Type.Object(
  { results: Type.Array(ref(TextSentiment)), model: ref(Model) },
  { $id: 'TextsResponse' },
);

export type TextsResponse = Static<typeof TextsResponse>;
