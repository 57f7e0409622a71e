import { join } from 'node:path';
import Type from 'typebox';
import type { Bundle } from '../../service/inference/bundle/manifest.ts';
import { LengthBuckets } from '../../service/inference/scheduling/length-buckets.ts';
import { isOfFamily } from '../../service/inference/tokenizer/added-tokens.ts';
import { EventLoopTurns } from '../../service/inference/tokenizer/event-loop-turns.ts';
import { createNormalizer } from '../../service/inference/tokenizer/normalize.ts';
import {
  parseTokenizerDefinition,
  type TokenizerDefinition,
  UnsupportedTokenizerError,
} from '../../service/inference/tokenizer/tokenizer-definition.ts';
import { TransformersTokenizer } from '../../service/inference/tokenizer/transformers-tokenizer.ts';
import { reasonOf } from '../kit/errors.ts';
import { SourceError } from './source.ts';
import { readJsonFile } from './tokenizer/read-json-file.ts';
import { trialCorpus } from './trial-corpus.ts';
import { COMPARED_TEXTS, GOLDEN_TEXTS, longText } from './trial-texts.ts';

export type TokenizedModel = Pick<Bundle, 'tokenizer' | 'maxTokens' | 'preprocessing'>;

/** Token ids of a text. */
export interface Sequence {
  readonly text: string;
  readonly ids: readonly number[];
}

/** Sequences that a trial runs through a graph. */
export interface TrialSequences {
  /** The golden texts and those that two graphs are compared on. */
  readonly compared: readonly Sequence[];
  /** All texts, those compared among them. */
  readonly corpus: readonly Sequence[];
  /** A text of the greatest length of each bucket of similar lengths, up to the full window. */
  readonly lengths: readonly Sequence[];
  /** The highest id that a text can have. */
  readonly highest: Sequence;
}

/** Tokenizes texts as the service does. */
export interface Encoder {
  readonly definition: TokenizerDefinition;
  /** See `Tokenizer`. */
  readonly unknownId: number | null;
  readonly encode: (text: string) => Promise<Sequence>;
}

export async function openEncoder(
  folder: string,
  { tokenizer: file, maxTokens, preprocessing }: TokenizedModel,
): Promise<Encoder> {
  const definition = parseTokenizerDefinition(
    await readJsonFile(Type.Unknown(), folder, file),
    join(folder, file),
  );
  const tokenizer = openTokenizer(definition, maxTokens, file);
  const normalize = createNormalizer(preprocessing);
  return {
    definition,
    unknownId: tokenizer.unknownId,
    encode: async (text) => ({ text, ids: (await tokenizer.encode(normalize(text))).ids }),
  };
}

/** Tokenizes the bundled texts. */
export async function trialSequences(
  folder: string,
  model: TokenizedModel,
): Promise<TrialSequences> {
  const { maxTokens } = model;
  const { definition, encode } = await openEncoder(folder, model);
  const corpus: Sequence[] = [];
  for (const text of trialCorpus()) corpus.push(await encode(text));
  const window = await encode(longText(maxTokens));
  const frame = (await encode('')).ids;
  const { id, text } = highestToken(definition);
  return {
    compared: corpus.slice(0, GOLDEN_TEXTS.length + COMPARED_TEXTS.length),
    corpus,
    lengths: new LengthBuckets(maxTokens, 'similar').limits
      .filter((length) => length > frame.length)
      .map((length) => ({
        text: window.text,
        ids: [...window.ids.slice(0, length - 1), ...frame.slice(-1)],
      })),
    highest: { text, ids: [...frame.slice(0, 1), id, ...frame.slice(-1)] },
  };
}

/** @throws SourceError when the tokenizer is not supported, or a part that no schema checks is damaged */
function openTokenizer(
  definition: TokenizerDefinition,
  maxTokens: number,
  file: string,
): TransformersTokenizer {
  try {
    return new TransformersTokenizer(definition, maxTokens, new EventLoopTurns());
  } catch (cause) {
    const message =
      cause instanceof UnsupportedTokenizerError
        ? `${file} cannot be used: ${reasonOf(cause)}`
        : `${file} is damaged: ${reasonOf(cause)}; fetch it again`;
    throw new SourceError(message, { retryable: false, cause });
  }
}

/** Special tokens of the family are left out: a text never spells them. */
function highestToken({ model, added_tokens }: TokenizerDefinition): { id: number; text: string } {
  const special = new Set(
    added_tokens.filter((token) => isOfFamily(token.content)).map(({ id }) => id),
  );
  let highest = { id: 0, text: '' };
  const consider = (text: string, id: number) => {
    if (id > highest.id && !special.has(id)) highest = { id, text };
  };
  if (model.type === 'Unigram')
    model.vocab.forEach(([piece], id) => {
      consider(piece, id);
    });
  else for (const [piece, id] of Object.entries(model.vocab)) consider(piece, id);
  for (const { content, id } of added_tokens) consider(content, id);
  return highest;
}
