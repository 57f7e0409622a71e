import { parentPort, workerData } from 'node:worker_threads';
import type { SessionResult, SessionTask, SessionWorkerData } from './bare-sessions.ts';
import { openSession } from './session.ts';

const WARM_UP_RUNS = 20;

const { settings, sequences }: SessionWorkerData = workerData;
const session = await openSession(settings);
for (let run = 0; run < WARM_UP_RUNS; run++) await session.run(sequenceAt(run));

parentPort?.on('message', async (task: SessionTask) => {
  parentPort?.postMessage(await perform(task));
});
parentPort?.postMessage('ready');

async function perform(task: SessionTask): Promise<SessionResult> {
  const startedMs = performance.now();
  let scored = 0;
  if (task.kind === 'once') {
    await session.run(sequenceAt(task.index));
    scored++;
  } else {
    while (performance.now() - startedMs < task.durationMs) await session.run(sequenceAt(scored++));
  }
  return { scored, elapsedMs: performance.now() - startedMs };
}

function sequenceAt(index: number): readonly number[] {
  const sequence = sequences[index % sequences.length];
  if (!sequence) throw new Error('no sequences to score');
  return sequence;
}
