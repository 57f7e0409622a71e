import { UNSUPPORTED_LANGUAGE_POLICIES } from '../languages.ts';
import { MODEL_NAME, MODEL_NAME_RULE } from '../model-manifest.ts';
import { integer, oneOf, path, text } from '../schemas.ts';
import { TEN_MINUTES_MS, type Variable } from './variable.ts';

export const MODEL = {
  MODEL_NAME: {
    schema: text(MODEL_NAME.source, `the name of a model: ${MODEL_NAME_RULE}`),
    description: 'Model bundle of models/manifest.json to serve',
    default: 'minilm-tweet-sentiment',
    deployment: true,
  },
  MODELS_DIR: {
    schema: path(),
    description: 'Folder of manifest.json and the bundles',
    default: 'models',
  },
  UNSUPPORTED_LANGUAGE: {
    schema: oneOf(...UNSUPPORTED_LANGUAGE_POLICIES),
    description:
      'Answer for a text in a language that the model does not read: score (its scores, marked) or refuse (422)',
    default: 'score',
  },
  INFERENCE_WORKERS: {
    schema: integer(1, 256),
    description:
      'Worker threads, one per vCPU; absent: the CPU quota of the container, else of the host',
    deployment: true,
  },
  INFERENCE_TOKEN_BUDGET: {
    schema: integer(1, 1_000_000),
    description: 'Padded tokens (longest text x texts) that one batch may hold',
    default: 256,
  },
  INFERENCE_HANG_TIMEOUT_MS: {
    schema: integer(1, TEN_MINUTES_MS),
    description: 'Exit when an inference worker does not respond for this long',
    default: 30_000,
  },
} as const satisfies Record<string, Variable>;
