/** Measures models on labelled texts: `npm run evaluate -- --texts FILE --labels FILE`. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENVIRONMENT } from '../service/contract/environment.ts';
import { findBundle, readManifest } from '../service/inference/manifest.ts';
import { OnnxSentimentModel } from '../service/inference/onnx-sentiment-model.ts';
import { type Dataset, readDataset } from './evaluation/dataset.ts';
import { measure } from './evaluation/measures.ts';
import { type Evaluation, formatReport } from './evaluation/report.ts';
import { scoreDataset } from './evaluation/score-dataset.ts';

const USAGE = `Usage: npm run evaluate -- --texts FILE --labels FILE [--model NAME]...

  --texts FILE   one text a line
  --labels FILE  one label a line: 0 negative, 1 neutral, 2 positive, or the name
  --model NAME   a model of models/manifest.json, several times to compare;
                 default: ${ENVIRONMENT.MODEL_NAME.default}`;

const MODELS_DIR = fileURLToPath(new URL('../../models', import.meta.url));
const WORKER_URL = new URL('../inference-worker.js', import.meta.url);

class UsageError extends Error {}

interface Arguments {
  readonly texts: string;
  readonly labels: string;
  readonly models: readonly string[];
}

function parse(args: readonly string[]): Arguments {
  let values: { texts?: string; labels?: string; model?: string[] };
  try {
    values = parseArgs({
      args: [...args],
      options: {
        texts: { type: 'string' },
        labels: { type: 'string' },
        model: { type: 'string', multiple: true },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const { texts, labels, model = [ENVIRONMENT.MODEL_NAME.default] } = values;
  if (texts === undefined) throw new UsageError('--texts is missing');
  if (labels === undefined) throw new UsageError('--labels is missing');
  return { texts, labels, models: model };
}

async function evaluate(name: string, { texts, labels }: Dataset): Promise<Evaluation> {
  const bundle = findBundle(await readManifest(MODELS_DIR), name);
  const model = await OnnxSentimentModel.start({
    modelsDir: MODELS_DIR,
    modelName: name,
    workers: undefined,
    tokenBudget: Number(ENVIRONMENT.INFERENCE_TOKEN_BUDGET.default),
    hangTimeoutMs: Number(ENVIRONMENT.INFERENCE_HANG_TIMEOUT_MS.default),
    workerUrl: WORKER_URL,
    metrics: { record: () => {} },
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    onFatal: (reason) => {
      console.error(reason);
      // process.exit would wait for a worker that hangs in native code.
      process.kill(process.pid, 'SIGKILL');
    },
  });
  try {
    const scored = await scoreDataset(model, texts);
    return {
      model: name,
      ...measure(
        labels,
        scored.labels.map((label) => label ?? 'neutral'),
      ),
      predictionsPerSecond: scored.predictionsPerSecond,
      graphBytes: bundle.files.find((file) => file.name === bundle.graph)?.bytes ?? 0,
      emptyTexts: scored.labels.filter((label) => label === null).length,
    };
  } finally {
    await model.close();
  }
}

/** Prints the reason and ends: 2 for wrong usage, 1 for everything else. */
function fail(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `${message}\n\n${USAGE}` : message);
  process.exit(isUsage ? 2 : 1);
}

try {
  const { texts, labels, models } = parse(process.argv.slice(2));
  const dataset = await readDataset(texts, labels);
  const evaluations: Evaluation[] = [];
  for (const name of models) evaluations.push(await evaluate(name, dataset));
  console.log(formatReport(evaluations));
} catch (error) {
  fail(error);
}
