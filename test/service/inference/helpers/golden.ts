import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A line of the embedded model's golden file: what the Python reference makes of a text. */
export interface Golden {
  readonly text: string;
  readonly preprocessed: string;
  readonly ids: readonly number[];
  readonly truncated: boolean;
  readonly probabilities_int8: readonly [number, number, number];
}

export const MODELS_DIR = fileURLToPath(new URL('../../../../models', import.meta.url));
export const EMBEDDED_MODEL = 'minilm-tweet-sentiment';
export const WORKER_URL = new URL('../../../../dist/inference-worker.js', import.meta.url);

export function readJsonLines<Line>(path: string | URL): Line[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line): Line => JSON.parse(line));
}

export const GOLDENS = readJsonLines<Golden>(`${MODELS_DIR}/${EMBEDDED_MODEL}/golden.jsonl`);
