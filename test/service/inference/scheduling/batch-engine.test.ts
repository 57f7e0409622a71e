import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CpuFamily } from '../../../../service/contract/cpu-family.ts';
import {
  AbandonedError,
  OverloadedError,
  ShuttingDownError,
} from '../../../../service/domain/errors.ts';
import {
  BatchEngine,
  type BatchEngineOptions,
  type EngineReservation,
} from '../../../../service/inference/scheduling/batch-engine.ts';
import { requestContext } from '../helpers/context.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { RecordingMetrics } from '../helpers/recording-metrics.ts';
import {
  CRASH,
  CRASH_ONCE,
  held,
  quick,
  STAND_IN_URL,
  StandInWorkers,
} from '../helpers/stand-in.ts';

let workers: StandInWorkers;
let metrics: RecordingMetrics;
let clock: FakeClock;
let engine: BatchEngine;
let fatal: string[];

beforeEach(() => {
  workers = new StandInWorkers();
  metrics = new RecordingMetrics();
  clock = new FakeClock();
  fatal = [];
});
afterEach(async () => {
  workers.open();
  await engine.close();
  workers.remove();
});

async function start(
  options: Partial<
    Pick<BatchEngineOptions, 'workers' | 'tokenBudget' | 'hangTimeoutMs' | 'cpuFamily'>
  > = {},
): Promise<void> {
  engine = await BatchEngine.start({
    workerUrl: STAND_IN_URL,
    workers: 1,
    settings: workers.settings,
    hangTimeoutMs: 30_000,
    tokenBudget: 64,
    maxTokens: 64,
    cpuFamily: 'x64',
    clock,
    metrics,
    onRestart: () => {},
    onFatal: (reason) => fatal.push(reason),
    ...options,
  });
}

function context(leftMs?: number, signal?: AbortSignal) {
  return requestContext(leftMs, signal, clock);
}

/** The stand-in's answer to each text: length, first id, size of its batch. */
async function score(
  sequences: number[][],
  within = context(),
  reservation?: EngineReservation,
): Promise<number[][]> {
  const logits = await engine.score(sequences, within, reservation);
  return logits.map((row) => [...row]);
}

/** Lets a worker take this long for one held text, and waits for the answer. */
async function finish<Answer>(answer: Promise<Answer>, ms: number): Promise<Answer> {
  clock.advance(ms);
  workers.release();
  return answer;
}

describe('the batch engine', () => {
  it('answers every caller in the order of its texts', async () => {
    await start({ workers: 2 });
    const calls = Array.from({ length: 40 }, (_, call) =>
      Array.from({ length: 5 }, (_, i) => quick(5 * call + i, 3 + ((7 * call + 11 * i) % 60))),
    );
    const answers = await Promise.all(calls.map((sequences) => score(sequences)));
    const seen = answers.map((rows) => rows.map(([length, first]) => [length, first]));
    expect(seen).toEqual(calls.map((texts) => texts.map((ids) => [ids.length, ids[0]])));
  });

  it('answers an empty call with an empty list', async () => {
    await start();
    expect(await score([])).toEqual([]);
  });

  it('gives a free worker work at once, and forms batches from the backlog', async () => {
    await start();
    const first = score([held(1)]);
    const later = [1, 2, 3].map((serial) => score([quick(serial)]));
    expect((await finish(first, 10))[0]?.[2]).toBe(1);
    expect((await Promise.all(later)).map((rows) => rows[0]?.[2])).toEqual([3, 3, 3]);
  });

  it.each<{ cpuFamily: CpuFamily; sizes: number[] }>([
    { cpuFamily: 'x64', sizes: [3, 3, 3, 1] },
    { cpuFamily: 'arm64', sizes: [3, 1, 3, 3] },
  ])(
    'forms batches of $sizes texts of 9, 10, 9 and 9 tokens on $cpuFamily',
    async ({ cpuFamily, sizes }) => {
      await start({ cpuFamily });
      const first = score([held(1)]);
      const later = [9, 10, 9, 9].map((length, serial) => score([quick(serial, length)]));
      await finish(first, 10);
      expect((await Promise.all(later)).map((rows) => rows[0]?.[2])).toEqual(sizes);
    },
  );

  it('computes equal texts in flight once', async () => {
    await start();
    const calls = Array.from({ length: 100 }, () => score([held(1)]));
    const answers = await finish(Promise.all(calls), 10);
    expect(new Set(answers.flat().map(String))).toEqual(new Set(['3,4,1']));
    expect(workers.finished).toBe(1);
    expect(metrics.values('QueueWait')).toEqual([0]);
  });

  it('measures how long a call waits and how long it is computed', async () => {
    await start();
    const blocking = score([held(1)]);
    const measured = context();
    const waiting = score([held(2)], measured);
    await finish(blocking, 40);
    await finish(waiting, 25);
    expect(Object.fromEntries(measured.timings.entries())).toEqual({ queue: 40, infer: 25 });
  });

  it('reports its load', async () => {
    await start();
    clock.advance(100);
    const [first, ...others] = [1, 2, 3].map((serial) => score([held(serial)]));
    expect(engine.load()).toEqual({ workers: 1, saturation: 0, queuedTexts: 2 });
    await finish(first!, 300);
    workers.release(2);
    await Promise.all(others);
    expect(engine.load()).toEqual({ workers: 1, saturation: 0.75, queuedTexts: 0 });
  });

  it('records its saturation every five seconds until it is closed', async () => {
    await start();
    const call = score([held(1)]);
    await finish(call, 5_000);
    await engine.close();
    clock.advance(60_000);
    expect(metrics.values('WorkerSaturation')).toEqual([100]);
  });

  it('leaves no timer behind when a call is answered', async () => {
    await start();
    const { timers } = clock;
    const call = score([held(1)]);
    expect(clock.timers).toBe(timers + 1);
    await finish(call, 10);
    expect(clock.timers).toBe(timers);
  });
});

describe('a caller that disconnects', () => {
  it('is rejected, and its texts are dropped if no other caller wants them', async () => {
    await start();
    const blocking = score([held(1)]);
    const client = new AbortController();
    const gone = score([held(2), held(3)], context(undefined, client.signal));
    client.abort();
    await expect(gone).rejects.toThrow(AbandonedError);
    expect(engine.load().queuedTexts).toBe(0);
    expect(metrics.total('ExpiredEntries')).toBe(2);
    await finish(blocking, 10);
  });

  it('takes nothing from other callers of the same text', async () => {
    await start();
    const blocking = score([held(1)]);
    const client = new AbortController();
    const gone = score([held(2)], context(undefined, client.signal));
    const stays = score([held(2)]);
    client.abort();
    await expect(gone).rejects.toThrow(AbandonedError);
    await finish(blocking, 10);
    expect(await finish(stays, 10)).toHaveLength(1);
  });

  it('enters no text when it has disconnected before the call', async () => {
    await start();
    const gone = score([quick(1)], context(undefined, AbortSignal.abort()));
    await expect(gone).rejects.toThrow(AbandonedError);
    expect(metrics.values('QueueWait')).toEqual([]);
  });
});

describe('a deadline that passes', () => {
  it('while a text waits rejects the caller in time, and the text is never computed', async () => {
    await start();
    const blocking = score([held(1), held(2), held(3)]);
    const late = score([held(4)], context(20));
    clock.advance(20);
    await expect(late).rejects.toThrow(OverloadedError);
    expect(workers.finished).toBe(0);
    workers.release(3);
    await blocking;
    expect(metrics.total('ExpiredEntries')).toBe(1);
    expect(metrics.values('QueueWait')).toHaveLength(3);
  });

  it('while a worker computes rejects the caller in time, and the next one is served', async () => {
    await start();
    const late = score([held(1)], context(20));
    clock.advance(20);
    await expect(late).rejects.toThrow(OverloadedError);
    expect(workers.finished).toBe(0);
    const next = score([quick(1)]);
    workers.release();
    expect(await next).toHaveLength(1);
    expect(metrics.total('ExpiredEntries')).toBe(0);
  });
});

/** Starts an engine that has learned that one held text takes its worker 60 ms. */
async function startSlow(): Promise<void> {
  await start({ workers: 1, tokenBudget: 1 });
  for (let i = 0; i < 20; i++) await finish(score([held(i)]), 60);
}

/** Adds 600 ms of work. */
function addBacklog(deadlineMs = 1000): Promise<number[][]>[] {
  return Array.from({ length: 10 }, (_, i) => score([held(100 + i)], context(deadlineMs)));
}

async function finishBacklog(backlog: readonly Promise<unknown>[]): Promise<void> {
  for (const call of backlog) await finish(call, 60);
}

describe('an overloaded engine', () => {
  it('rejects a reservation at once, with the time to come back', async () => {
    await startSlow();
    const backlog = addBacklog();
    let error: unknown;
    try {
      engine.reserve(1, context(1050).deadline);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(OverloadedError);
    expect(error).toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 });
    expect(metrics.total('Shed')).toBe(1);
    expect(() => engine.reserve(1, context(1050).deadline, 8)).toThrow(OverloadedError);
    expect(() => engine.reserve(1, context(5000).deadline, 8)).not.toThrow();
    await finishBacklog(backlog);
    expect(() => engine.reserve(1, context(1050).deadline)).not.toThrow();
  });

  it('accepts and serves a text first that is due before the backlog', async () => {
    await startSlow();
    const backlog = addBacklog(10_000);
    const urgent = context(400);
    const reservation = engine.reserve(1, urgent.deadline, 8);
    const answer = score([quick(1)], urgent, reservation);
    const [running, ...others] = backlog;
    await finish(running!, 60);
    expect(await answer).toHaveLength(1);
    expect(workers.finished).toBe(21);
    await finishBacklog(others);
  });
});

describe('a reservation', () => {
  it('counts as accepted work until it is released', async () => {
    await startSlow();
    const { deadline } = context(2000);
    const reservation = engine.reserve(20, deadline);
    expect(() => engine.reserve(20, deadline)).toThrow(OverloadedError);
    reservation.release();
    reservation.release();
    engine.reserve(20, deadline).release();
  });

  it('gives its room back although the deadline of the request has moved since', async () => {
    await startSlow();
    const deadline = { ...context(2000).deadline };
    const reservation = engine.reserve(20, deadline);
    deadline.atMs += 5000;
    reservation.release();
    expect(() => engine.reserve(20, context(2000).deadline)).not.toThrow();
  });

  it('is replaced by the real cost when its texts are scored', async () => {
    await startSlow();
    const request = context(2000);
    const reservation = engine.reserve(20, request.deadline);
    const call = score([held(50)], request, reservation);
    // Beside the reservation, 20 more texts would be rejected.
    expect(() => engine.reserve(20, request.deadline)).not.toThrow();
    await finish(call, 60);
  });

  it('on an estimate is rejected when the texts cost far more than estimated', async () => {
    await startSlow();
    // An engine without other work accepts whatever may be in time.
    const other = engine.reserve(1, context(60_000).deadline, 3);
    const request = context(1000);
    const reservation = engine.reserve(1, request.deadline, 3);
    const texts = Array.from({ length: 20 }, (_, i) => quick(i, 60));
    await expect(score(texts, request, reservation)).rejects.toThrow(OverloadedError);
    expect(metrics.total('Shed')).toBe(1);
    expect(engine.load().queuedTexts).toBe(0);
    other.release();
  });

  it('of unread texts is firm: they are scored whatever they cost', async () => {
    await startSlow();
    const request = context(1000);
    const reservation = engine.reserve(1, request.deadline);
    const texts = Array.from({ length: 20 }, (_, i) => quick(i, 60));
    expect(await score(texts, request, reservation)).toHaveLength(20);
    expect(metrics.total('Shed')).toBe(0);
  });
});

describe('a worker that dies', () => {
  it('goes unnoticed by callers whose batch its successor computes', async () => {
    await start();
    expect(await score([CRASH_ONCE])).toEqual([[2, 2, 1]]);
    expect(metrics.total('WorkerRestarts')).toBe(1);
  });

  it('fails the callers of a batch that kills two workers, and others are served', async () => {
    await start();
    const doomed = score([CRASH]);
    const other = score([quick(1, 40)]);
    await expect(doomed).rejects.toThrow('The inference failed');
    expect(await other).toHaveLength(1);
    expect(fatal).toEqual([]);
  });
});

describe('a worker that hangs', () => {
  it('makes the engine reject running, waiting and new texts', async () => {
    await start({ hangTimeoutMs: 100 });
    const hanging = score([held(1)]);
    const waiting = score([quick(1)]);
    clock.advance(125);
    await expect(hanging).rejects.toThrow(OverloadedError);
    await expect(waiting).rejects.toThrow(OverloadedError);
    expect(fatal).toEqual([expect.stringContaining('silent for more than 100 ms')]);
    await expect(score([quick(2)])).rejects.toThrow(OverloadedError);
    expect(() => engine.reserve(1, context().deadline)).toThrow(OverloadedError);
  });
});

describe('an engine that is closed', () => {
  it('rejects waiting and new texts', async () => {
    await start();
    const calls = [1, 2].map((serial) => score([held(serial)]));
    const rejected = Promise.all(
      calls.map((call) => expect(call).rejects.toThrow(ShuttingDownError)),
    );
    const closing = engine.close();
    await rejected;
    workers.open();
    await closing;
    await expect(score([quick(1)])).rejects.toThrow(ShuttingDownError);
    expect(() => engine.reserve(1, context().deadline)).toThrow(ShuttingDownError);
    expect(fatal).toEqual([]);
  });
});
