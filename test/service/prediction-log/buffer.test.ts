import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import { BufferedPredictionLog } from '../../../service/prediction-log/buffer.ts';
import type { RecordLine } from '../../../service/prediction-log/record.ts';
import { PartialWriteError, type RecordSink } from '../../../service/prediction-log/record-sink.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';

/** Remembers the ids of each write; behaves as scripted, one entry a write, then well. */
class FakeSink implements RecordSink {
  readonly maxLines = 3;
  readonly maxBytes = 1_000_000;
  readonly writes: string[][] = [];
  script: ('fail' | 'hang' | ((lines: readonly RecordLine[]) => Promise<void> | void))[] = [];

  async write(lines: readonly RecordLine[]): Promise<void> {
    this.writes.push(lines.map(({ text }) => JSON.parse(text).tweet_id));
    const behavior = this.script.shift();
    if (behavior === 'fail') throw new Error('ENOSPC: no space left on device');
    if (behavior === 'hang') await new Promise(() => undefined);
    if (typeof behavior === 'function') await behavior(lines);
  }
}

function aLog(maxWaitingBytes?: number) {
  const [sink, metrics, logger] = [new FakeSink(), new RecordedMetrics(), new RecordedLog()];
  const options = maxWaitingBytes === undefined ? {} : { maxWaitingBytes };
  const log = new BufferedPredictionLog({ sink, metrics, logger, ...options });
  const append = (...ids: string[]) => log.append(ids.map((tweetId) => aRow({ tweetId })));
  const dropped = () =>
    metrics.records
      .filter(([name]) => name === 'PredictionLogDroppedRecords')
      .map(([, , recordType]) => recordType);
  return { log, sink, metrics, logger, append, dropped };
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['performance'] });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('BufferedPredictionLog', () => {
  it('gathers records for a moment and writes them together', async () => {
    const { sink, metrics, append } = aLog();
    append('1');
    append('2');
    await jest.advanceTimersByTimeAsync(199);
    expect(sink.writes).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(sink.writes).toEqual([['1', '2']]);
    expect(metrics.sum('PredictionLogRecords')).toBe(2);
  });

  it('writes at once when a write is full', async () => {
    const { sink, append } = aLog();
    append('1', '2', '3', '4');
    await jest.advanceTimersByTimeAsync(0);
    expect(sink.writes).toEqual([['1', '2', '3']]);
    await jest.advanceTimersByTimeAsync(200);
    expect(sink.writes).toEqual([['1', '2', '3'], ['4']]);
  });

  it('writes one batch at a time', async () => {
    const { sink, append } = aLog();
    sink.script = ['hang'];
    append('1', '2', '3', '4', '5', '6');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(sink.writes).toHaveLength(1);
  });

  it('tries a failed write again, ever more slowly, until it succeeds, and loses nothing', async () => {
    const { sink, metrics, append, dropped } = aLog();
    sink.script = ['fail', 'fail', 'fail'];
    append('1');
    await jest.advanceTimersByTimeAsync(200);
    append('2');
    for (const [waitMs, writes] of [
      [199, 1],
      [1, 2],
      [399, 2],
      [1, 3],
      [799, 3],
      [1, 4],
    ] as const) {
      await jest.advanceTimersByTimeAsync(waitMs);
      expect(sink.writes).toHaveLength(writes);
    }
    expect(sink.writes.at(-1)).toEqual(['1', '2']);
    expect([metrics.sum('PredictionLogErrors'), metrics.sum('PredictionLogRecords')]).toEqual([
      3, 2,
    ]);
    expect(dropped()).toEqual([]);
  });

  it('never waits longer than 10 s before it tries again', async () => {
    const { sink, append } = aLog();
    sink.script = Array.from({ length: 50 }, () => 'fail');
    append('1');
    await jest.advanceTimersByTimeAsync(120_000);
    const { length } = sink.writes;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(sink.writes).toHaveLength(length + 1);
  });

  it('tries again only what was refused', async () => {
    const { sink, metrics, append } = aLog();
    sink.script = [
      (lines) => {
        throw new PartialWriteError('throttled', lines.slice(1, 2));
      },
    ];
    append('1', '2', '3');
    await jest.advanceTimersByTimeAsync(200);
    expect(sink.writes).toEqual([['1', '2', '3'], ['2']]);
    expect(metrics.sum('PredictionLogRecords')).toBe(3);
  });

  it('does not slow down further while some are taken, as by a stream that throttles', async () => {
    const { sink, append } = aLog();
    sink.script = Array.from({ length: 50 }, () => (lines: readonly RecordLine[]) => {
      throw new PartialWriteError('throttled', lines.slice(1));
    });
    append('1', '2', '3', '4', '5', '6', '7', '8', '9');
    await jest.advanceTimersByTimeAsync(7 * 200);
    expect(sink.writes).toHaveLength(8);
  });

  it('drops and counts predictions beyond its bound', async () => {
    const { sink, append, dropped } = aLog(1_000);
    sink.script = ['hang'];
    append('1', '2', '3', '4', '5', '6', '7', '8', '9');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(dropped().length).toBeGreaterThan(3);
    expect(new Set(dropped())).toEqual(new Set(['prediction']));
  });

  it('says once that it fails and once that it works again, with the reason', async () => {
    const { sink, logger, append } = aLog();
    sink.script = ['fail', 'fail', 'fail'];
    append('1');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(logger.lines).toMatchObject([
      { level: 'warn', fields: { reason: 'ENOSPC: no space left on device' } },
      { level: 'info', message: 'the prediction log can be written again' },
    ]);
  });

  it('says that a write does not end, and when it has ended', async () => {
    const { sink, logger, append } = aLog();
    const { promise: thawed, resolve: thaw } = Promise.withResolvers<void>();
    sink.script = [() => thawed];
    append('1');
    await jest.advanceTimersByTimeAsync(10_199);
    expect(logger.lines).toEqual([]);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(logger.lines).toMatchObject([
      { level: 'warn', fields: { reason: 'a write has not ended after 10 s' } },
    ]);
    thaw();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(logger.lines.slice(1)).toMatchObject([
      { level: 'info', message: 'the prediction log can be written again' },
    ]);
  });
});

describe('BufferedPredictionLog.recordPurges', () => {
  it('writes at once and resolves when it is written', async () => {
    const { log, sink, append } = aLog();
    append('1');
    await jest.advanceTimersByTimeAsync(100);
    const purges = log.recordPurges(['8', '9']);
    await jest.advanceTimersByTimeAsync(0);
    await purges;
    expect(sink.writes).toEqual([['1', '8', '9']]);
  });

  it('fails after 5 s where it is not written, and goes on trying', async () => {
    const { log, sink } = aLog();
    sink.script = Array.from({ length: 6 }, () => 'fail');
    const purges = expect(log.recordPurges(['8'])).rejects.toBeInstanceOf(
      FeatureStoreUnavailableError,
    );
    await jest.advanceTimersByTimeAsync(5_000);
    await purges;
    await jest.advanceTimersByTimeAsync(20_000);
    expect(sink.writes.at(-1)).toEqual(['8']);
    expect(sink.writes).toHaveLength(7);
  });

  it('displaces predictions, and fails at once where even so there is no room', async () => {
    const { log, sink, append, dropped } = aLog(400);
    sink.script = ['hang'];
    append('1');
    await jest.advanceTimersByTimeAsync(200);
    append('2');
    const kept = log.recordPurges(['6', '7', '8', '9']);
    kept.catch(() => undefined);
    expect(dropped()).toEqual(['prediction']);
    await expect(log.recordPurges(['10', '11'])).rejects.toMatchObject({
      cause: { message: 'the queue is full' },
    });
    expect(dropped()).toContain('tombstone');
    log.close();
    await expect(kept).rejects.toThrow('could not be recorded');
  });

  it('fails because the log is closed, before and while it waits', async () => {
    const { log, sink } = aLog();
    sink.script = ['hang'];
    const cause = { cause: { message: 'the prediction log is closed' } };
    const waiting = expect(log.recordPurges(['6'])).rejects.toMatchObject(cause);
    await jest.advanceTimersByTimeAsync(0);
    log.close();
    await waiting;
    await expect(log.recordPurges(['7'])).rejects.toMatchObject(cause);
  });
});

describe('BufferedPredictionLog at the end of the process', () => {
  it('flushes what waits without gathering more', async () => {
    const { log, sink, append } = aLog();
    append('1', '2', '3', '4');
    const flushed = log.flush();
    await jest.advanceTimersByTimeAsync(0);
    await flushed;
    expect(sink.writes.flat()).toEqual(['1', '2', '3', '4']);
  });

  it('flushes nothing at once when there is nothing', async () => {
    await aLog().log.flush();
  });

  it('tries soon when a flush comes during an outage', async () => {
    const { log, sink, append } = aLog();
    sink.script = Array.from({ length: 20 }, () => 'fail');
    append('1');
    await jest.advanceTimersByTimeAsync(30_000);
    const { length } = sink.writes;
    const flushed = log.flush();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(sink.writes.length).toBeGreaterThanOrEqual(length + 3);
    log.close();
    await flushed;
  });

  it('gives up on close, counting what was lost, what is being written included', async () => {
    const { log, sink, logger, append, dropped } = aLog();
    sink.script = ['hang'];
    append('1', '2', '3', '4');
    await jest.advanceTimersByTimeAsync(0);
    log.close();
    append('5');
    expect(dropped()).toHaveLength(5);
    expect(logger.lines).toEqual([
      {
        level: 'error',
        fields: { records: 4 },
        message: 'records that waited for the prediction log are lost',
      },
    ]);
    expect(sink.writes).toHaveLength(1);
  });
});
