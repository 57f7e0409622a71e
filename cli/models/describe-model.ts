import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Type, { type TSchema } from 'typebox';
import Value from 'typebox/value';
import { LABELS, type Label } from '../../service/domain/sentiment.ts';
import type { Bundle } from '../../service/inference/bundle/manifest.ts';
import { SourceError } from './source.ts';

export const CONFIG_FILE = 'config.json';
export const TOKENIZER_FILE = 'tokenizer.json';
export const TOKENIZER_CONFIG_FILE = 'tokenizer_config.json';

const Config = Type.Object({
  model_type: Type.String(),
  id2label: Type.Record(Type.String(), Type.String()),
  max_position_embeddings: Type.Integer({ minimum: 3 }),
  pad_token_id: Type.Integer({ minimum: 0 }),
});

const TokenizerConfig = Type.Object({ model_max_length: Type.Optional(Type.Number()) });

/** Families whose positions begin after the pad token's id. */
const OFFSET_POSITIONS = new Set(['roberta', 'xlm-roberta', 'camembert']);

/**
 * What the manifest must know of a model, read from the files that exporters put beside it.
 *
 * @param labels in the order of the logits, where the caller knows better than the files
 * @throws SourceError when the files lack something, or name other labels
 */
export async function describeModel(
  folder: string,
  labels: readonly string[] | undefined,
): Promise<Pick<Bundle, 'labels' | 'maxTokens' | 'padId'>> {
  const config = await readJson(Config, folder, CONFIG_FILE);
  const tokenizerConfig = await readJson(TokenizerConfig, folder, TOKENIZER_CONFIG_FILE);
  const padId = config.pad_token_id;
  const positions =
    config.max_position_embeddings - (OFFSET_POSITIONS.has(config.model_type) ? padId + 1 : 0);
  const names = Object.entries(config.id2label)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, name]) => name);
  return {
    labels: toLabels(labels ?? names),
    // Exporters write 1e30 where the tokenizer knows no limit.
    maxTokens: Math.min(positions, tokenizerConfig.model_max_length ?? positions),
    padId,
  };
}

function toLabels(names: readonly string[]): Label[] {
  const labels = names
    .map((name) => LABELS.find((label) => label === name.trim().toLowerCase()))
    .filter((label) => label !== undefined);
  if (names.length !== LABELS.length || new Set(labels).size !== LABELS.length) {
    throw new SourceError(
      `The model's labels are ${names.join(', ')}; needed are ${LABELS.join(', ')}. If they mean ` +
        `these, say in which order the logits are: --labels ${LABELS.join(',')}`,
      { retryable: false },
    );
  }
  return labels;
}

async function readJson<Schema extends TSchema>(schema: Schema, folder: string, name: string) {
  const json: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
  if (!Value.Check(schema, json)) {
    const faults = [...Value.Errors(schema, json)].map(
      ({ instancePath, message }) => `${instancePath || '/'} ${message}`,
    );
    throw new SourceError(`${name} does not describe a classifier: ${faults.join('; ')}`, {
      retryable: false,
    });
  }
  return json;
}
