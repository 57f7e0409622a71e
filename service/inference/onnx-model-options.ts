import type { Logger } from '../application/ports/logger.ts';
import type { Metrics } from '../application/ports/metrics.ts';
import type { CpuFamily } from '../contract/cpu-family.ts';
import type { Clock } from './clock.ts';

export interface OnnxSentimentModelOptions {
  /** Folder with manifest.json and the bundles. */
  readonly modelsDir: string;
  readonly modelName: string;
  /**
   * ONNX file instead of the bundle's graph, to compare formats. The golden texts, which hold
   * scores of the bundle's graph, are not checked.
   */
  readonly graphPath?: string;
  /** Worker threads; if undefined, one per vCPU of the container's quota or of the host. */
  readonly workers: number | undefined;
  /** Padded tokens (longest text x texts) that one batch may hold. */
  readonly tokenBudget: number;
  /** Limit on a worker's silence, in a batch or while it replaces a dead one. */
  readonly hangTimeoutMs: number;
  /** The bundled worker: `new URL('./inference-worker.js', import.meta.url)` from dist/main.js. */
  readonly workerUrl: URL;
  /** Default: this process's family. */
  readonly cpuFamily?: CpuFamily;
  readonly clock?: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /**
   * Called once when the engine has failed (a worker hangs in native code, or workers die faster
   * than they can be replaced): turn readiness off and exit 1.
   */
  readonly onFatal: (reason: string) => void;
}
