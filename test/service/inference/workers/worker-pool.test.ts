import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StartupError } from '../../../../service/domain/errors.ts';
import { WorkerPool } from '../../../../service/inference/workers/worker-pool.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import {
  CRASH,
  CRASH_ONCE,
  held,
  quick,
  STAND_IN_URL,
  StandInWorkers,
} from '../helpers/stand-in.ts';

let workers: StandInWorkers;
let clock: FakeClock;
let pool: WorkerPool | undefined;
/** Emits `idle` and `restart` as the pool reports them. */
let events: EventTarget & { reasons: string[]; restarts: Error[] };

beforeEach(() => {
  workers = new StandInWorkers();
  clock = new FakeClock();
  events = Object.assign(new EventTarget(), { reasons: [], restarts: [] });
});
afterEach(async () => {
  workers.open();
  await pool?.close();
  pool = undefined;
  workers.remove();
});

async function start(count: number, hangTimeoutMs = 30_000): Promise<WorkerPool> {
  pool = await WorkerPool.start({
    workerUrl: STAND_IN_URL,
    workers: count,
    settings: workers.settings,
    hangTimeoutMs,
    clock,
    onIdle: () => events.dispatchEvent(new Event('idle')),
    onRestart: (error) => {
      events.restarts.push(error);
      events.dispatchEvent(new Event('restart'));
    },
    onFatal: (reason) => events.reasons.push(reason),
  });
  return pool;
}

async function untilIdle(of: WorkerPool): Promise<void> {
  while (!of.hasIdle) await once(events, 'idle');
}

describe('the worker pool', () => {
  it('answers the texts of a job in order', async () => {
    const running = await start(1);
    const logits = await running.compute({ sequences: [quick(1), quick(2, 3), quick(3, 40)] });
    expect([...logits]).toEqual([8, 101, 3, 3, 102, 3, 40, 103, 3]);
  });

  it('computes one job per worker at the same time', async () => {
    const running = await start(2);
    const jobs = [1, 2].map((serial) => running.compute({ sequences: [held(serial)] }));
    expect(running.hasIdle).toBe(false);
    await expect(running.compute({ sequences: [quick(1)] })).rejects.toThrow(
      'No inference worker is free',
    );
    workers.release(2);
    await Promise.all(jobs);
    expect(running.hasIdle).toBe(true);
  });

  it('measures the busy share of its workers', async () => {
    const running = await start(2);
    expect(running.busyShare()).toBe(0);
    const job = running.compute({ sequences: [held(1)] });
    clock.advance(300);
    expect(running.busyShare()).toBe(0.5);
    workers.release();
    await job;
    clock.advance(300);
    expect(running.busyShare()).toBe(0.25);
  });

  it('does not start with a model that its workers cannot load', async () => {
    workers.makeUnloadable();
    const starting = start(2);
    await expect(starting).rejects.toThrow(StartupError);
    await expect(starting).rejects.toThrow('An inference worker cannot start: The model is gone');
    expect(clock.timers).toBe(0);
  });
});

describe('a worker that dies', () => {
  it('is replaced, and another worker does its job', async () => {
    const running = await start(1);
    const logits = await running.compute({ sequences: [CRASH_ONCE] });
    expect([...logits]).toEqual([2, 2, 1]);
    expect(events.restarts.map(({ message }) => message)).toEqual(['crashed as told, once']);
    await untilIdle(running);
  });

  it('fails a job that has killed two workers', async () => {
    const running = await start(2);
    await expect(running.compute({ sequences: [CRASH] })).rejects.toThrow(
      'Two inference workers died on the same batch',
    );
    await untilIdle(running);
    expect(await running.compute({ sequences: [quick(1)] })).toHaveLength(3);
    expect(events.restarts).toHaveLength(2);
  });

  it('does not affect the jobs of other workers', async () => {
    const running = await start(2);
    const other = running.compute({ sequences: [held(1)] });
    const restarted = once(events, 'restart');
    const doomed = running.compute({ sequences: [CRASH] });
    await restarted;
    workers.release();
    expect(await other).toHaveLength(3);
    await expect(doomed).rejects.toThrow('Two inference workers died');
  });

  it('ends the pool when its successor cannot load the model', async () => {
    const running = await start(1);
    workers.makeUnloadable();
    await expect(running.compute({ sequences: [CRASH] })).rejects.toThrow(/cannot be replaced/);
    expect(events.reasons).toEqual([
      'A dead inference worker cannot be replaced: The model is gone',
    ]);
    expect(running.hasIdle).toBe(false);
  });

  /** Each job kills two workers. */
  async function crash(running: WorkerPool, jobs: number): Promise<void> {
    for (let i = 0; i < jobs; i++) {
      await untilIdle(running);
      await expect(running.compute({ sequences: [CRASH] })).rejects.toThrow();
    }
  }

  it('ends the pool when six workers have died within a minute', async () => {
    await crash(await start(1), 3);
    expect(events.reasons).toEqual(['6 inference workers died within a minute']);
  });

  it('is forgotten after a minute', async () => {
    const running = await start(1);
    await crash(running, 2);
    await untilIdle(running);
    clock.advance(60_000);
    await crash(running, 2);
    expect(events.reasons).toEqual([]);
  });
});

describe('a worker that hangs', () => {
  it('ends the pool after the hang timeout', async () => {
    const running = await start(2, 200);
    const job = running.compute({ sequences: [held(1)] });
    clock.advance(200);
    expect(events.reasons).toEqual([]);
    clock.advance(50);
    await expect(job).rejects.toThrow('silent for more than 200 ms within one batch');
    expect(events.reasons).toHaveLength(1);
    await expect(running.compute({ sequences: [quick(1)] })).rejects.toThrow();
  });

  it('ends the pool when it was to replace a dead one', async () => {
    const running = await start(1, 200);
    workers.holdAtStart();
    const restarted = once(events, 'restart');
    const job = running.compute({ sequences: [CRASH] });
    const rejected = expect(job).rejects.toThrow('silent for more than 200 ms within its start');
    await restarted;
    clock.advance(250);
    await rejected;
    expect(events.reasons).toHaveLength(1);
  });

  it('is not suspected while every batch comes back in time', async () => {
    const running = await start(1, 200);
    for (let i = 0; i < 8; i++) {
      const job = running.compute({ sequences: [held(i)] });
      clock.advance(150);
      workers.release();
      await job;
    }
    expect(events.reasons).toEqual([]);
  });
});

describe('a pool that is closed', () => {
  it('lets its workers finish their jobs: ending a thread in native code ends the process', async () => {
    const running = await start(1);
    const job = running.compute({ sequences: [held(1)] });
    const rejected = expect(job).rejects.toThrow('have been closed');
    const closing = running.close();
    await rejected;
    workers.release();
    await closing;
    expect(workers.finished).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('fails after five seconds if a worker hangs: the process must then be killed', async () => {
    const running = await start(1);
    const job = running.compute({ sequences: [held(1)] });
    const rejected = expect(job).rejects.toThrow('have been closed');
    const closing = running.close();
    const failed = expect(closing).rejects.toThrow('has not ended within 5000 ms');
    clock.advance(5_000);
    await failed;
    await rejected;
    expect([workers.finished, clock.timers]).toEqual([0, 0]);
  });

  it('rejects new jobs and reports no failure', async () => {
    const running = await start(1);
    await running.close();
    await expect(running.compute({ sequences: [quick(1)] })).rejects.toThrow();
    expect(events.reasons).toEqual([]);
  });
});
