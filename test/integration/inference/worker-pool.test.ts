import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { WorkerPool } from '../../../service/inference/workers/worker-pool.ts';
import {
  EMBEDDED_MODEL,
  GOLDENS,
  MODELS_DIR,
  WORKER_URL,
} from '../../service/inference/helpers/golden.ts';

/** More tokens than the model has positions: the runtime throws. */
const IMPOSSIBLE = new Array<number>(600).fill(2054);

it('the worker pool replaces a worker that an impossible batch has killed', async () => {
  const idle = new EventTarget();
  const restarts: Error[] = [];
  const reasons: string[] = [];
  const pool = await WorkerPool.start({
    workerUrl: WORKER_URL,
    workers: 1,
    settings: {
      modelPath: `${MODELS_DIR}/${EMBEDDED_MODEL}/model.onnx`,
      graphOptimization: 'basic',
      padId: 0,
      warmUpTokens: 8,
    },
    hangTimeoutMs: 600_000,
    onIdle: () => idle.dispatchEvent(new Event('idle')),
    onRestart: (error) => restarts.push(error),
    onFatal: (reason) => reasons.push(reason),
  });
  try {
    const [golden] = GOLDENS;
    const before = await pool.compute({ sequences: [golden!.ids] });
    await expect(pool.compute({ sequences: [IMPOSSIBLE] })).rejects.toThrow(
      /Two inference workers died/,
    );
    while (!pool.hasIdle) await once(idle, 'idle');
    expect(await pool.compute({ sequences: [golden!.ids] })).toEqual(before);
    expect([restarts.length, reasons]).toEqual([2, []]);
  } finally {
    await pool.close();
  }
});
