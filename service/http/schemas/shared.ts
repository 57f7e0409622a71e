import { type Static, type TSchema, Type } from 'typebox';
import { LABELS, type Label } from '../../domain/sentiment.ts';
import { MODEL, TEXT_RESULTS } from './examples.ts';

/**
 * A reference to a component of the OpenAPI document by its `$id`, typed as the schema itself.
 * Generated clients get one named type for it.
 */
export function ref<T extends TSchema>(schema: T) {
  if (!('$id' in schema)) throw new Error('a referenced schema needs an $id');
  return Type.Unsafe<Static<T>>({ $ref: `${schema.$id}#` });
}

/** A string out of a fixed list, as an `enum`, which serializers compile well. */
export function oneOf<const T extends readonly string[]>(values: T, description: string) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: values, description });
}

export function nullableString(description: string) {
  return Type.Unsafe<string | null>({ type: ['string', 'null'], description });
}

export const Language = nullableString(
  'Language as a primary BCP 47 subtag such as `en`, given by the tweet source or identified from the text; null if undetermined.',
);

export const LanguageSupported = Type.Unsafe<boolean | null>({
  type: ['boolean', 'null'],
  description:
    'False: the model does not read this language, and the scores mean nothing. Null: the language is undetermined, or the languages of the model are unknown.',
});

/** For routes without query parameters, which reject them all: a typo must not pass unnoticed. */
export const NoQuery = Type.Object({}, { additionalProperties: false });

export const ProcessState = oneOf(
  ['starting', 'ready', 'draining', 'failed'],
  'State of the process.',
);

export const Timestamp = Type.String({ format: 'date-time' });

const probability = Type.Number({ minimum: 0, maximum: 1 });

export const Scores = Type.Object(
  { negative: probability, neutral: probability, positive: probability },
  {
    $id: 'Scores',
    description: 'Probabilities of the labels, with a sum of 1 within 1e-6.',
    examples: [TEXT_RESULTS[0].scores],
  },
);

export const SentimentLabel = Type.Unsafe<Label>({
  $id: 'Label',
  type: 'string',
  enum: LABELS,
  description: 'The label with the highest score.',
});

export const Model = Type.Object(
  {
    name: Type.String(),
    revision: Type.String({
      description:
        'First 12 hex digits of a SHA-256 over the hashes of the model files and the preprocessing steps.',
    }),
  },
  {
    $id: 'Model',
    description: 'The model of the prediction.',
    examples: [MODEL],
  },
);

export const Tokens = Type.Integer({
  description: 'Number of tokens that the model read, special tokens included.',
});

export const Certain = Type.Boolean({
  description:
    "False if the two highest scores differ by less than the model's margin: the label is then little better than a guess between two.",
});

export const Truncated = Type.Boolean({
  description: "The text was longer than the model's window; its end was ignored.",
});
