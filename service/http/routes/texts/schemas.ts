import { type Static, Type } from 'typebox';
import type { HttpLimits } from '../../../contract/http.ts';
import { Problem } from '../../problem.ts';
import { MODEL, TEXT_RESULTS, TEXTS } from '../../schemas/examples.ts';
import {
  Certain,
  Language,
  LanguageSupported,
  Model,
  oneOf,
  ref,
  Scores,
  SentimentLabel,
  Tokens,
  Truncated,
} from '../../schemas/shared.ts';
import { ExplainedWords } from './explanation.ts';

/** A text to score. The pattern requires a character other than white space. */
export function text(limits: HttpLimits) {
  return Type.String({ pattern: '\\S', maxLength: limits.textCharacters });
}

export function textsRequest(limits: HttpLimits) {
  return Type.Object(
    {
      texts: Type.Optional(
        Type.Array(text(limits), {
          minItems: 1,
          maxItems: limits.texts,
          description: 'Texts to score; the answer has the same length and order.',
        }),
      ),
      text: Type.Optional({
        ...text(limits),
        description: 'One text, in place of `texts`; the answer has one result.',
      }),
      truncate: Type.Optional(
        Type.Boolean({
          description:
            "False: a text longer than the model's window fails with `text_too_long_for_model`. True by default.",
        }),
      ),
    },
    {
      additionalProperties: false,
      // One of them. Generators of clients ignore these keywords; `anyOf` and `oneOf` mislead some of them to a class
      // without `texts`. With the inner type, a body of another type is still refused as such.
      if: { required: ['text'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { not: { type: 'object', required: ['texts'] } },
      else: { required: ['texts'] },
      examples: [{ texts: TEXTS }],
    },
  );
}

export const TextSentiment = Type.Object(
  {
    status: oneOf(['ok'], 'The text was scored.'),
    sentimentAnalyst: ref(SentimentLabel),
    scores: ref(Scores),
    certain: Certain,
    truncated: Truncated,
    tokens: Tokens,
    language: Language,
    languageSupported: LanguageSupported,
    words: ExplainedWords,
  },
  { $id: 'TextSentiment', description: 'A scored text.', examples: [TEXT_RESULTS[0]] },
);

export type TextSentiment = Static<typeof TextSentiment>;

export const TextFailure = Type.Object(
  { status: oneOf(['error'], 'The text was not scored.'), problem: ref(Problem) },
  { $id: 'TextFailure', description: 'A text that was not scored, with the problem.' },
);

export const TextsResponse = Type.Object(
  {
    results: Type.Array(Type.Union([ref(TextSentiment), ref(TextFailure)])),
    model: ref(Model),
  },
  { $id: 'TextsResponse', examples: [{ results: TEXT_RESULTS, model: MODEL }] },
);

export type TextsResponse = Static<typeof TextsResponse>;
