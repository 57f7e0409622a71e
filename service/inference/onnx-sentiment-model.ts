import type { Logger } from '../domain/ports/logger.ts';
import type { Metrics } from '../domain/ports/metrics.ts';
import type { ModelLoad, Reservation, SentimentModel } from '../domain/ports/sentiment-model.ts';
import type { Deadline, RequestContext } from '../domain/request-context.ts';
import type { ModelIdentity, Prediction } from '../domain/sentiment.ts';

export interface OnnxSentimentModelOptions {
  /** Folder of manifest.json and the bundles. */
  readonly modelsDir: string;
  readonly modelName: string;
  /** Worker threads; undefined: one per vCPU of the container's quota, else of the host. */
  readonly workers: number | undefined;
  /** Padded tokens (longest text x texts) that one batch may hold. */
  readonly tokenBudget: number;
  /** A worker silent for longer within one batch is taken for hung. */
  readonly hangTimeoutMs: number;
  /** The bundled worker: `new URL('./inference-worker.js', import.meta.url)` from dist/main.js. */
  readonly workerUrl: URL;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /**
   * Called once when the engine cannot go on (a worker hangs in native code, or workers die
   * faster than they can be replaced): turn readiness off and exit 1.
   */
  readonly onFatal: (reason: string) => void;
}

/** The sentiment model on ONNX Runtime sessions in worker threads. */
export class OnnxSentimentModel implements SentimentModel {
  readonly identity: ModelIdentity;
  readonly maxTokens: number;

  private constructor(identity: ModelIdentity, maxTokens: number) {
    this.identity = identity;
    this.maxTokens = maxTokens;
  }

  /**
   * Loads and verifies the bundle, starts the workers, warms them up and checks the golden
   * texts.
   *
   * @throws StartupError
   */
  static async start(options: OnnxSentimentModelOptions): Promise<OnnxSentimentModel> {
    throw new Error(`Not written yet: ${options.modelName}`);
  }

  reserve(_count: number, _deadline: Deadline): Reservation {
    throw new Error('Not written yet');
  }

  async predict(
    _texts: readonly string[],
    _context: RequestContext,
    _reservation?: Reservation,
  ): Promise<(Prediction | null)[]> {
    throw new Error('Not written yet');
  }

  load(): ModelLoad {
    throw new Error('Not written yet');
  }

  /** Ends the workers; what still waits is refused. */
  async close(): Promise<void> {}
}
