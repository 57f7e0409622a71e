import type { OpenedBundle } from './bundle/model-bundle.ts';
import type { OnnxSentimentModelOptions } from './onnx-model-options.ts';
import { BatchEngine, type BatchEngineOptions } from './scheduling/batch-engine.ts';

type EngineParts = Pick<BatchEngineOptions, 'workers' | 'cpuFamily' | 'clock'>;

/** Starts the workers of a bundle without waiting for them. */
export function launchEngine(
  { bundle, graphPath }: OpenedBundle,
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
      warmUpTokens: bundle.maxTokens,
    },
    hangTimeoutMs,
    tokenBudget,
    maxTokens: bundle.maxTokens,
    metrics,
    onRestart: (error) => logger.error({ err: error }, 'An inference worker died; replacing it'),
    onFatal,
  });
}
