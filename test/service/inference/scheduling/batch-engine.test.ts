import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AbandonedError,
  OverloadedError,
  ShuttingDownError,
} from '../../../../service/domain/errors.ts';
import { BatchEngine } from '../../../../service/inference/scheduling/batch-engine.ts';
import { requestContext } from '../helpers/context.ts';
import { RecordingMetrics } from '../helpers/recording-metrics.ts';
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
let metrics: RecordingMetrics;
let engine: BatchEngine | undefined;
let fatal: string[];

beforeEach(() => {
  folder = new StandInFolder();
  metrics = new RecordingMetrics();
  fatal = [];
});
afterEach(async () => {
  await engine?.close();
  engine = undefined;
  folder.remove();
});

async function start(
  options: { workers?: number; tokenBudget?: number; hangTimeoutMs?: number } = {},
): Promise<BatchEngine> {
  engine = await BatchEngine.start({
    workerUrl: STAND_IN_URL,
    workers: 1,
    settings: folder.settings,
    hangTimeoutMs: 30_000,
    tokenBudget: 64,
    maxTokens: 64,
    metrics,
    onRestart: () => {},
    onFatal: (reason) => fatal.push(reason),
    ...options,
  });
  return engine;
}

/** What the stand-in answers of each text: length, first id, size of its batch. */
async function run(of: BatchEngine, sequences: number[][], context = requestContext()) {
  return (await of.run(sequences, context)).map((logits) => [...logits]);
}

describe('the batch engine', () => {
  it('answers every caller in the order of its texts', async () => {
    const running = await start({ workers: 2 });
    const calls = Array.from({ length: 40 }, (_, call) =>
      Array.from({ length: 5 }, (_, i) => quick(5 * call + i, 3 + ((7 * call + 11 * i) % 60))),
    );
    const answers = await Promise.all(calls.map((sequences) => run(running, sequences)));
    const seen = answers.map((rows) => rows.map(([length, first]) => [length, first]));
    expect(seen).toEqual(calls.map((texts) => texts.map((ids) => [ids.length, ids[0]])));
  });

  it('answers nothing with nothing', async () => {
    expect(await run(await start(), [])).toEqual([]);
  });

  it('gives a free worker work at once, and forms batches from what waits meanwhile', async () => {
    const running = await start();
    const first = run(running, [slow(1)]);
    const later = [1, 2, 3].map((serial) => run(running, [quick(serial)]));
    expect((await first)[0]?.[2]).toBe(1);
    expect((await Promise.all(later)).map((rows) => rows[0]?.[2])).toEqual([3, 3, 3]);
  });

  it('computes equal texts in flight once', async () => {
    const running = await start();
    const calls = Array.from({ length: 100 }, () => run(running, [slow(1)]));
    const startedMs = performance.now();
    expect(new Set((await Promise.all(calls)).flat().map(String))).toEqual(new Set(['3,4,1']));
    expect(performance.now() - startedMs).toBeLessThan(1000);
    expect(metrics.values('QueueWait')).toHaveLength(1);
  });

  it('measures what a call waits and what it computes', async () => {
    const running = await start();
    const blocking = run(running, [slow(1)]);
    const context = requestContext();
    await run(running, [slow(2)], context);
    await blocking;
    const timings = Object.fromEntries(context.timings.entries());
    expect(timings.queue).toBeGreaterThan(40);
    expect(timings.infer).toBeGreaterThan(40);
    expect(timings.infer).toBeLessThan(1000);
  });

  it('says how busy it is', async () => {
    const running = await start();
    const calls = [1, 2, 3].map((serial) => run(running, [slow(serial)]));
    expect(running.load()).toMatchObject({ workers: 1, queuedTexts: 2 });
    await Promise.all(calls);
    expect(running.load().queuedTexts).toBe(0);
    expect(running.load().saturation).toBeGreaterThan(0.3);
  });
});

describe('a caller who goes', () => {
  it('is told so, and what nobody else wants is dropped', async () => {
    const running = await start();
    const blocking = run(running, [slow(1)]);
    const client = new AbortController();
    const gone = run(running, [slow(2), slow(3)], requestContext(30_000, client.signal));
    client.abort();
    await expect(gone).rejects.toThrow(AbandonedError);
    expect(running.load().queuedTexts).toBe(0);
    expect(metrics.total('ExpiredEntries')).toBe(2);
    await blocking;
  });

  it('takes nothing from others who want the same text', async () => {
    const running = await start();
    const blocking = run(running, [slow(1)]);
    const client = new AbortController();
    const gone = run(running, [slow(2)], requestContext(30_000, client.signal));
    const stays = run(running, [slow(2)]);
    client.abort();
    await expect(gone).rejects.toThrow(AbandonedError);
    expect(await stays).toHaveLength(1);
    await blocking;
  });

  it('is not listened to when it has gone before it came', async () => {
    const running = await start();
    const gone = run(running, [quick(1)], requestContext(30_000, AbortSignal.abort()));
    await expect(gone).rejects.toThrow(AbandonedError);
    expect(metrics.values('QueueWait')).toEqual([]);
  });
});

describe('a deadline that passes', () => {
  it('while a text waits: the caller is told in time, and the text is never computed', async () => {
    const running = await start();
    let isBlocked = true;
    const blocking = run(running, [slow(1), slow(2), slow(3)]).then(() => {
      isBlocked = false;
    });
    const late = run(running, [slow(4)], requestContext(20));
    await expect(late).rejects.toThrow(OverloadedError);
    expect(isBlocked).toBe(true);
    await blocking;
    expect(metrics.total('ExpiredEntries')).toBe(1);
    expect(metrics.values('QueueWait')).toHaveLength(3);
  });

  it('while a worker computes: the caller is told in time, and the next one served', async () => {
    const running = await start();
    await expect(run(running, [slow(1)], requestContext(20))).rejects.toThrow(OverloadedError);
    expect(await run(running, [quick(1)])).toHaveLength(1);
    expect(metrics.total('ExpiredEntries')).toBe(0);
  });
});

describe('overload', () => {
  /** An engine that has learnt that one text takes its worker 60 ms, with 600 ms of work. */
  async function busyEngine(deadlineMs = 1000) {
    const running = await start({ workers: 1, tokenBudget: 1 });
    for (let i = 0; i < 20; i++) await run(running, [slow(i)]);
    const waiting = Array.from({ length: 10 }, (_, i) =>
      running.run([slow(100 + i)], requestContext(deadlineMs)),
    );
    return { running, waiting };
  }

  it('is refused at once, with the time to come back', async () => {
    const { running, waiting } = await busyEngine();
    const startedMs = performance.now();
    let error: unknown;
    try {
      running.hold(1, requestContext(1050).deadline);
    } catch (thrown) {
      error = thrown;
    }
    expect(performance.now() - startedMs).toBeLessThan(300);
    expect(error).toBeInstanceOf(OverloadedError);
    expect(error).toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 });
    expect(metrics.total('Shed')).toBe(1);
    expect(() => running.check([quick(1)], requestContext(1050).deadline)).toThrow(OverloadedError);
    expect(() => running.check([quick(1)], requestContext(5000).deadline)).not.toThrow();
    await Promise.all(waiting);
    expect(() => running.hold(1, requestContext(1050).deadline)).not.toThrow();
  });

  it('is none for who is due before the rest', async () => {
    const { running, waiting } = await busyEngine(10_000);
    const startedMs = performance.now();
    const { deadline } = requestContext(400);
    running.check([quick(1)], deadline);
    await running.run([quick(1)], requestContext(400));
    expect(performance.now() - startedMs).toBeLessThan(300);
    await Promise.all(waiting);
  });

  it('counts what is held for texts that are still to come', async () => {
    const { running, waiting } = await busyEngine();
    await Promise.all(waiting);
    const { deadline } = requestContext(2000);
    const held = running.hold(20, deadline);
    expect(() => running.hold(20, deadline)).toThrow(OverloadedError);
    held.release();
    running.hold(20, deadline).release();
  });
});

describe('a worker that dies', () => {
  it('is not noticed by callers whose batch its successor computes', async () => {
    const running = await start();
    expect(await run(running, [CRASH_ONCE])).toEqual([[2, 2, 1]]);
    expect(metrics.total('WorkerRestarts')).toBe(1);
  });

  it('fails the callers of a batch that kills two, and serves the others', async () => {
    const running = await start();
    const doomed = run(running, [CRASH]);
    const other = run(running, [quick(1, 40)]);
    await expect(doomed).rejects.toThrow('The inference failed');
    expect(await other).toHaveLength(1);
    expect(fatal).toEqual([]);
  });
});

describe('a worker that hangs', () => {
  it('has everyone who waits refused, and whoever comes', async () => {
    const running = await start({ hangTimeoutMs: 100 });
    const hanging = run(running, [HANG]);
    const waiting = run(running, [quick(1)]);
    await expect(hanging).rejects.toThrow(OverloadedError);
    await expect(waiting).rejects.toThrow(OverloadedError);
    expect(fatal).toEqual([expect.stringContaining('silent for more than 100 ms')]);
    await expect(run(running, [quick(2)])).rejects.toThrow(OverloadedError);
    expect(() => running.hold(1, requestContext().deadline)).toThrow(OverloadedError);
  });
});

describe('an engine that is closed', () => {
  it('refuses what waits and what comes', async () => {
    const running = await start();
    const calls = [1, 2].map((serial) => run(running, [slow(serial)]));
    const refused = Promise.all(
      calls.map((call) => expect(call).rejects.toThrow(ShuttingDownError)),
    );
    await running.close();
    await refused;
    await expect(run(running, [quick(1)])).rejects.toThrow(ShuttingDownError);
    expect(() => running.hold(1, requestContext().deadline)).toThrow(ShuttingDownError);
    expect(fatal).toEqual([]);
  });
});
