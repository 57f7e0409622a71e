import { readFileSync } from 'node:fs';
import type { Bundle } from '../service/inference/bundle/manifest.ts';
import { EventLoopTurns } from '../service/inference/tokenizer/event-loop-turns.ts';
import { createNormalizer } from '../service/inference/tokenizer/normalize.ts';
import { parseTokenizerDefinition } from '../service/inference/tokenizer/tokenizer-definition.ts';
import { TransformersTokenizer } from '../service/inference/tokenizer/transformers-tokenizer.ts';

export interface EncodedText {
  readonly text: string;
  readonly ids: readonly number[];
}

/** Token ids of texts, as the service computes them. */
export async function encodeAll(
  tokenizerPath: string,
  { maxTokens, preprocessing }: Pick<Bundle, 'maxTokens' | 'preprocessing'>,
  texts: readonly string[],
): Promise<EncodedText[]> {
  const tokenizer = openTokenizer(tokenizerPath, maxTokens);
  const normalize = createNormalizer(preprocessing);
  const encoded: EncodedText[] = [];
  for (const text of texts) {
    encoded.push({ text, ids: (await tokenizer.encode(normalize(text))).ids });
  }
  return encoded;
}

/** The service's tokenizer. */
export function openTokenizer(
  path: string,
  maxTokens: number,
  turns = new EventLoopTurns(),
): TransformersTokenizer {
  const definition = parseTokenizerDefinition(JSON.parse(readFileSync(path, 'utf8')), path);
  return new TransformersTokenizer(definition, maxTokens, turns);
}
