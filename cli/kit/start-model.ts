import type { Logger } from '../../service/application/ports/logger.ts';
import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { OnnxSentimentModel } from '../../service/inference/onnx-sentiment-model.ts';
import { exitNow } from '../../service/process/exit-now.ts';
import { modelsDir } from './environment.ts';
import { beforeExit, endWorkers } from './exit-tasks.ts';
import { WORKER_URL } from './inference-worker.ts';
import { warn } from './printable.ts';

export interface ModelChoice {
  /** Bundle of manifest.json. */
  readonly name: string;
  /** ONNX file instead of the bundle's graph. */
  readonly graph?: string;
  /** Worker threads; one per vCPU by default. */
  readonly workers?: number;
  /** Folder of manifest.json; that of the commands by default. */
  readonly modelsDir?: string;
  /** Program of the workers; its source by default. */
  readonly workerUrl?: URL;
}

const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * Starts the service's engine in this process.
 *
 * @throws StartupError when the bundle is unknown or damaged, or the graph cannot be loaded
 */
export async function startModel(choice: ModelChoice): Promise<OnnxSentimentModel> {
  const { name, graph, workers } = choice;
  const model = await OnnxSentimentModel.start({
    modelsDir: choice.modelsDir ?? modelsDir(),
    modelName: name,
    ...(graph !== undefined && { graphPath: graph }),
    workers,
    workerUrl: choice.workerUrl ?? WORKER_URL,
    hangTimeoutMs: ENVIRONMENT.INFERENCE_HANG_TIMEOUT_MS.default,
    tokenBudget: ENVIRONMENT.INFERENCE_TOKEN_BUDGET.default,
    metrics: { record: () => {} },
    logger: SILENT,
    onFatal: (reason) => {
      warn(reason);
      // process.exit would wait for a worker that hangs in native code.
      exitNow();
    },
  });
  // An exit would end the process by a signal while a worker computes.
  beforeExit(() => endWorkers(model));
  return model;
}
