import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StartupError } from '../../../../service/domain/errors.ts';
import { WorkerPool } from '../../../../service/inference/workers/worker-pool.ts';
import { EMBEDDED_MODEL, GOLDENS, MODELS_DIR, WORKER_URL } from '../helpers/golden.ts';
import {
  CRASH,
  CRASH_ONCE,
  HANG,
  quick,
  STAND_IN_URL,
  StandInFolder,
  slow,
} from '../helpers/stand-in.ts';

let folder: StandInFolder;
let pool: WorkerPool | undefined;
/** Emits `restart`, `fatal` and `idle` as the pool reports them. */
let events: EventTarget & { reasons: string[]; restarts: Error[] };

beforeEach(() => {
  folder = new StandInFolder();
  events = Object.assign(new EventTarget(), { reasons: [], restarts: [] });
});
afterEach(async () => {
  await pool?.close();
  pool = undefined;
  folder.remove();
});

async function start(workers: number, hangTimeoutMs = 30_000): Promise<WorkerPool> {
  pool = await WorkerPool.start({
    workerUrl: STAND_IN_URL,
    workers,
    settings: folder.settings,
    hangTimeoutMs,
    onIdle: () => events.dispatchEvent(new Event('idle')),
    onRestart: (error) => {
      events.restarts.push(error);
      events.dispatchEvent(new Event('restart'));
    },
    onFatal: (reason) => {
      events.reasons.push(reason);
      events.dispatchEvent(new Event('fatal'));
    },
  });
  return pool;
}

async function untilIdle(of: WorkerPool): Promise<void> {
  while (!of.hasIdle) await once(events, 'idle', { signal: AbortSignal.timeout(5000) });
}

describe('the worker pool', () => {
  it('answers the texts of a job in order', async () => {
    const running = await start(1);
    const logits = await running.run({ sequences: [quick(1), quick(2, 3), quick(3, 40)] });
    expect([...logits]).toEqual([8, 101, 3, 3, 102, 3, 40, 103, 3]);
  });

  it('runs as many jobs at once as it has workers', async () => {
    const running = await start(2);
    const jobs = [running.run({ sequences: [slow(1)] }), running.run({ sequences: [slow(2)] })];
    expect(running.hasIdle).toBe(false);
    await expect(running.run({ sequences: [quick(1)] })).rejects.toThrow(
      'No inference worker is free',
    );
    await Promise.all(jobs);
    expect(running.hasIdle).toBe(true);
  });

  it('measures how busy its workers are', async () => {
    const running = await start(1);
    expect(running.busyShare()).toBeLessThan(0.1);
    for (let i = 0; i < 5; i++) await running.run({ sequences: [slow(i)] });
    expect(running.busyShare()).toBeGreaterThan(0.4);
  });

  it('does not start with a model that no worker can load', async () => {
    folder.makeUnloadable();
    const starting = start(2);
    await expect(starting).rejects.toThrow(StartupError);
    await expect(starting).rejects.toThrow('An inference worker cannot start: The model is gone');
  });
});

describe('a worker that dies', () => {
  it('is replaced, and its job done by another', async () => {
    const running = await start(1);
    const logits = await running.run({ sequences: [CRASH_ONCE] });
    expect([...logits]).toEqual([2, 2, 1]);
    expect(events.restarts.map(({ message }) => message)).toEqual(['crashed as told, once']);
    await untilIdle(running);
  });

  it('fails a job that has killed two', async () => {
    const running = await start(2);
    await expect(running.run({ sequences: [CRASH] })).rejects.toThrow(
      'Two inference workers died on the same batch',
    );
    await untilIdle(running);
    expect(await running.run({ sequences: [quick(1)] })).toHaveLength(3);
    expect(events.restarts).toHaveLength(2);
  });

  it('leaves the jobs of other workers alone', async () => {
    const running = await start(2);
    const other = running.run({ sequences: [slow(1)] });
    const doomed = running.run({ sequences: [CRASH] });
    await expect(doomed).rejects.toThrow();
    expect(await other).toHaveLength(3);
  });

  it('ends the pool when its successor cannot load the model', async () => {
    const running = await start(1);
    folder.makeUnloadable();
    await expect(running.run({ sequences: [CRASH] })).rejects.toThrow(/cannot be replaced/);
    expect(events.reasons).toEqual([
      'A dead inference worker cannot be replaced: The model is gone',
    ]);
    expect(running.hasIdle).toBe(false);
  });

  it('ends the pool when it has died too often', async () => {
    const running = await start(1);
    const fatal = once(events, 'fatal', { signal: AbortSignal.timeout(15_000) });
    const crash = async () => {
      while (events.reasons.length === 0) {
        await untilIdle(running).catch(() => {});
        await running.run({ sequences: [CRASH] }).catch(() => {});
      }
    };
    const crashing = crash();
    await fatal;
    await crashing;
    expect(events.reasons).toEqual(['6 inference workers died within a minute']);
  });
});

describe('a worker that hangs', () => {
  it('ends the pool once its time is over', async () => {
    const running = await start(2, 200);
    const fatal = once(events, 'fatal', { signal: AbortSignal.timeout(5000) });
    const startedMs = performance.now();
    const job = running.run({ sequences: [HANG] });
    await expect(job).rejects.toThrow('silent for more than 200 ms');
    await fatal;
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(190);
    expect(events.reasons).toHaveLength(1);
    await expect(running.run({ sequences: [quick(1)] })).rejects.toThrow();
  });

  it('ends the pool when it was to replace a dead one', async () => {
    const running = await start(1, 200);
    folder.makeHangAtStart();
    await expect(running.run({ sequences: [CRASH] })).rejects.toThrow(
      'silent for more than 200 ms within its start',
    );
    expect(events.reasons).toHaveLength(1);
  });

  it('is not suspected while every batch comes back in time', async () => {
    const running = await start(1, 200);
    for (let i = 0; i < 8; i++) await running.run({ sequences: [slow(i)] });
    expect(events.reasons).toEqual([]);
  });
});

describe('a pool that is closed', () => {
  it('lets its workers finish what they are at: a thread ended in native code ends the process', async () => {
    const running = await start(1);
    const startedMs = performance.now();
    const rejected = expect(running.run({ sequences: [slow(1)] })).rejects.toThrow('been closed');
    await running.close();
    await rejected;
    expect(performance.now() - startedMs).toBeGreaterThan(50);
  });

  it('rejects what runs and what comes', async () => {
    const running = await start(1);
    const job = running.run({ sequences: [slow(1)] });
    const rejected = expect(job).rejects.toThrow('have been closed');
    await running.close();
    await rejected;
    await expect(running.run({ sequences: [quick(1)] })).rejects.toThrow();
    expect(events.reasons).toEqual([]);
  });
});

describe('with the real runtime', () => {
  // More than the model has positions for: the runtime throws.
  const impossible = new Array<number>(600).fill(2054);

  it('a worker that an impossible batch has killed is replaced', async () => {
    pool = await WorkerPool.start({
      workerUrl: WORKER_URL,
      workers: 1,
      settings: {
        modelPath: `${MODELS_DIR}/${EMBEDDED_MODEL}/model.onnx`,
        graphOptimization: 'basic',
        padId: 0,
        warmUpLengths: [8],
      },
      hangTimeoutMs: 30_000,
      onIdle: () => events.dispatchEvent(new Event('idle')),
      onRestart: (error) => events.restarts.push(error),
      onFatal: (reason) => events.reasons.push(reason),
    });
    const [golden] = GOLDENS;
    const before = await pool.run({ sequences: [golden!.ids] });
    await expect(pool.run({ sequences: [impossible] })).rejects.toThrow(
      /Two inference workers died/,
    );
    await untilIdle(pool);
    expect(await pool.run({ sequences: [golden!.ids] })).toEqual(before);
    expect(events.restarts).toHaveLength(2);
    expect(events.reasons).toEqual([]);
  });
});
