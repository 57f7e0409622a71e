import type { LocatedBundle } from './bundle/model-bundle.ts';
import type { OnnxSentimentModelOptions } from './onnx-model-options.ts';
import { BatchEngine, type BatchEngineOptions } from './scheduling/batch-engine.ts';

type EngineParts = Pick<BatchEngineOptions, 'workers' | 'cpuFamily' | 'clock'>;

/**
 * The first run reads the weights, which the start-up check must not measure. Its length does not
 * matter: a text as long as the window takes 5 to 15 ms longer in its first run than later.
 */
const WARM_UP_TOKENS = 8;

/** Starts the workers of a bundle without waiting for them. */
export function launchEngine(
  { bundle, graphPath }: LocatedBundle,
  options: OnnxSentimentModelOptions,
  parts: EngineParts,
): BatchEngine {
  const { workerUrl, hangTimeoutMs, tokenBudget, metrics, logger, onFatal } = options;
  return BatchEngine.launch({
    ...parts,
    workerUrl,
    settings: {
      modelPath: options.graphPath ?? graphPath,
      graphOptimization: bundle.graphOptimization,
      padId: bundle.padId,
      warmUpTokens: WARM_UP_TOKENS,
    },
    hangTimeoutMs,
    tokenBudget,
    maxTokens: bundle.maxTokens,
    metrics,
    onRestart: (error) => logger.error({ err: error }, 'An inference worker died; replacing it'),
    onFatal,
  });
}
