import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { parseOptions } from '../shared/arguments.ts';
import { UsageError } from '../shared/cli-error.ts';

/** Side by side in 80 columns. */
const MOST_MODELS = 6;

export const USAGE = `Usage: npm run evaluate -- --texts FILE --labels FILE [--model NAME[=GRAPH]]...

  --texts FILE          one text a line
  --labels FILE         one label a line: 0 negative, 1 neutral, 2 positive, or the name
  --model NAME[=GRAPH]  a model of manifest.json, or its tokenizer and labels with another ONNX
                        graph, such as the same weights in FP32; up to ${MOST_MODELS} side by side;
                        default: ${ENVIRONMENT.MODEL_NAME.default}
  --json                prints JSON in place of tables
  --help                prints this

MODELS_DIR names another folder of manifest.json than models/. All models are loaded at once and
take turns, so that their speeds compare. Exit code: 0 measured, 1 failed, 2 wrong usage.`;

/** A model to measure. */
export interface ModelChoice {
  readonly name: string;
  /** ONNX file in place of the bundle's own graph. */
  readonly graph?: string;
}

export interface Arguments {
  readonly texts: string;
  readonly labels: string;
  readonly models: readonly ModelChoice[];
  readonly json: boolean;
}

/** Null where help is asked for. @throws UsageError */
export function parseArguments(args: readonly string[]): Arguments | null {
  const values = parseOptions(args, {
    texts: { type: 'string' },
    labels: { type: 'string' },
    model: { type: 'string', multiple: true },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  });
  if (values.help) return null;
  const { texts, labels, model = [ENVIRONMENT.MODEL_NAME.default], json = false } = values;
  if (texts === undefined) throw new UsageError('--texts is missing');
  if (labels === undefined) throw new UsageError('--labels is missing');
  if (model.length > MOST_MODELS) {
    throw new UsageError(`--model is given ${model.length} times; at most ${MOST_MODELS} fit`);
  }
  return { texts, labels, models: model.map(choiceOf), json };
}

/** @throws UsageError */
function choiceOf(given: string): ModelChoice {
  const at = given.indexOf('=');
  if (at < 0) return { name: given };
  const [name, graph] = [given.slice(0, at), given.slice(at + 1)];
  if (name === '' || graph === '') {
    throw new UsageError(`--model "${given}" is neither NAME nor NAME=GRAPH`);
  }
  return { name, graph };
}
