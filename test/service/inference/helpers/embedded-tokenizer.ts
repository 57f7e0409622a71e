import { readFileSync } from 'node:fs';
import { parseTokenizerDefinition } from '../../../../service/inference/tokenizer/tokenizer-definition.ts';
import { EMBEDDED_MODEL, MODELS_DIR } from './golden.ts';

const json: unknown = JSON.parse(
  readFileSync(`${MODELS_DIR}/${EMBEDDED_MODEL}/tokenizer.json`, 'utf8'),
);

/** The embedded model's tokenizer.json. */
export const EMBEDDED = parseTokenizerDefinition(json, 'tokenizer.json');
