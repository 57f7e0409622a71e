import type { Logger } from '../../service/application/ports/logger.ts';
import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { OnnxSentimentModel } from '../../service/inference/onnx-sentiment-model.ts';
import { modelsDir } from './environment.ts';
import { WORKER_URL } from './inference-worker.ts';

export interface ModelChoice {
  /** Bundle of manifest.json. */
  readonly name: string;
  /** ONNX file instead of the bundle's graph. */
  readonly graph?: string;
  /** Worker threads; one per vCPU by default. */
  readonly workers?: number;
}

const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * Starts the service's engine in this process.
 *
 * @throws StartupError when the bundle is unknown or damaged, or the graph cannot be loaded
 */
export function startModel({ name, graph, workers }: ModelChoice): Promise<OnnxSentimentModel> {
  return OnnxSentimentModel.start({
    modelsDir: modelsDir(),
    modelName: name,
    ...(graph !== undefined && { graphPath: graph }),
    workers,
    workerUrl: WORKER_URL,
    hangTimeoutMs: ENVIRONMENT.INFERENCE_HANG_TIMEOUT_MS.default,
    tokenBudget: ENVIRONMENT.INFERENCE_TOKEN_BUDGET.default,
    metrics: { record: () => {} },
    logger: SILENT,
    onFatal: (reason) => {
      console.error(reason);
      // process.exit would wait for a worker that hangs in native code.
      process.kill(process.pid, 'SIGKILL');
    },
  });
}
