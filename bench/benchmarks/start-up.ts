import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Bench, withService } from '../bench.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { sessionOf } from '../models.ts';
import { interleave, ROUNDS } from '../rounds.ts';
import { ratios } from './throughput.ts';

const LOADER = fileURLToPath(new URL('../peers/load-session.ts', import.meta.url));
const LOAD_TIMEOUT_MS = 60_000;

async function startUp(bench: Bench): Promise<Measurement> {
  const rounds = await interleave(
    ROUNDS,
    () => withService(bench, {}, async ({ startMs }) => startMs),
    () => bareLoad(bench),
  );
  return ratios(rounds, 'service ms', 'session ms');
}

/** From the start of a Node process to a session that is loaded. */
async function bareLoad({ model }: Bench): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [LOADER, JSON.stringify(sessionOf(model))], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const signal = AbortSignal.timeout(LOAD_TIMEOUT_MS);
  await once(child, 'message', { signal });
  const elapsedMs = performance.now() - startedMs;
  child.kill();
  await once(child, 'close', { signal });
  return elapsedMs;
}

export const startUpTime: readonly Benchmark[] = [
  {
    id: 'B10',
    title: 'process start to ready ÷ a bare session load in Node',
    method: 'from spawn to the first 200 of /readyz; the session has one thread',
    better: 'lower',
    floor: 3,
    aim: 2,
    unit: 'ratio',
    run: startUp,
  },
];
