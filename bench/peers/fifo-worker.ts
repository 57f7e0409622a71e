/** A session of `fifo-server.ts`: answers each batch of token ids with its logits. */
import { parentPort, workerData } from 'node:worker_threads';
import { openSession } from './session.ts';

const session = await openSession(workerData);
parentPort?.on('message', async (batch: number[][]) => {
  parentPort?.postMessage(await session.runBatch(batch));
});
parentPort?.postMessage('ready');
