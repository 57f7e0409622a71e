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
  const eachMs: number[] = [];
  let scored = 0;
  if (task.kind === 'saturate') {
    while (performance.now() - startedMs < task.durationMs) await session.run(sequenceAt(scored++));
  } else {
    for (; scored < task.count; scored++) {
      const beganMs = performance.now();
      await session.run(sequenceAt(scored));
      eachMs.push(performance.now() - beganMs);
    }
  }
  return { scored, elapsedMs: performance.now() - startedMs, eachMs };
}

function sequenceAt(index: number): readonly number[] {
  const sequence = sequences[index % sequences.length];
  if (!sequence) throw new Error('no sequences to score');
  return sequence;
}
