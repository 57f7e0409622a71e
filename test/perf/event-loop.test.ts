import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OnnxSentimentModel } from '../../service/inference/onnx-sentiment-model.ts';
import { requestContext } from '../service/inference/helpers/context.ts';
import { EMBEDDED_MODEL, MODELS_DIR, WORKER_URL } from '../service/inference/helpers/golden.ts';
import { RecordingMetrics } from '../service/inference/helpers/recording-metrics.ts';

describe('the event loop during inference', () => {
  let model: OnnxSentimentModel;
  beforeAll(async () => {
    const ignore = () => {};
    model = await OnnxSentimentModel.start({
      modelsDir: MODELS_DIR,
      modelName: EMBEDDED_MODEL,
      workers: 2,
      tokenBudget: 256,
      hangTimeoutMs: 30_000,
      workerUrl: WORKER_URL,
      metrics: new RecordingMetrics(),
      logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      onFatal: ignore,
    });
  });
  afterAll(() => model?.close());

  it('is never blocked for 50 ms or a quarter of the time that 40 long texts take', async () => {
    let longestMs = 0;
    let lastMs = performance.now();
    const heartbeat = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - lastMs);
      lastMs = performance.now();
    }, 0);
    const startedMs = performance.now();
    const text = '😂 é &amp; istrationaq '.repeat(1100).slice(0, 25_000);
    const texts = Array.from({ length: 40 }, (_, i) => `${i} ${text}`);
    await model.predict(texts, requestContext());
    const totalMs = performance.now() - startedMs;
    clearInterval(heartbeat);
    expect(longestMs).toBeLessThan(Math.max(50, totalMs / 4));
  });
});
