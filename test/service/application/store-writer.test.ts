import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import { rowBytes } from '../../../service/domain/row-size.ts';
import {
  aStoreWriter,
  FakePredictionLog,
  FakeStore,
  RecordedLog,
  RecordedMetrics,
} from '../../helpers/fakes.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';

function aWriter({ maxRows = 1_000 } = {}) {
  const [store, predictionLog] = [new FakeStore(), new FakePredictionLog()];
  const [metrics, logger] = [new RecordedMetrics(), new RecordedLog()];
  const parts = { store, predictionLog, metrics, logger };
  const { storeWriter, ...shared } = aStoreWriter({ ...parts, maxRows });
  const logged = () => predictionLog.rows.map(({ tweetId }) => tweetId);
  return { ...parts, ...shared, writer: storeWriter, logged };
}

const writesOf = (...ids: string[]) =>
  ids.map((tweetId) => ({ row: aRow({ tweetId }), ttlSeconds: 60 }));

describe('StoreWriter.write', () => {
  it('writes and logs rows after all pending promises, but before the next event', async () => {
    const { writer, store, logged } = aWriter();
    const events: string[] = [];
    const putTweets = store.putTweets.bind(store);
    store.putTweets = (writes) => {
      events.push('write');
      return putTweets(writes);
    };
    const nextEvent = new Promise<void>((resolve) => {
      setImmediate(() => {
        events.push('next event');
        resolve();
      });
    });
    writer.write(writesOf('1', '2'));
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect([store.writes.length, logged()]).toEqual([0, []]);
    await writer.flush();
    expect([[...store.rows.keys()], logged()]).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
    await nextEvent;
    expect(events).toEqual(['write', 'next event']);
  });

  it('does not log a row that the store rejects after a purge', async () => {
    const { writer, store, logged } = aWriter();
    store.tombstones.add('2');
    writer.write(writesOf('1', '2'));
    await writer.flush();
    expect(logged()).toEqual(['1']);
  });

  it('logs a row that the store cannot hold: its score was answered', async () => {
    const { writer, store, logged } = aWriter();
    store.rejects.add('2');
    writer.write(writesOf('1', '2'));
    await writer.flush();
    expect(logged()).toEqual(['1', '2']);
  });

  it('logs rows that the store fails to write, and reports their number without texts', async () => {
    const { writer, store, logger, logged } = aWriter();
    store.failWith = new FeatureStoreUnavailableError('down');
    writer.write(writesOf('1'));
    await writer.flush();
    expect(logged()).toEqual(['1']);
    expect(logger.lines).toMatchObject([{ level: 'debug', fields: { rows: 1 } }]);
    expect(JSON.stringify(logger.lines)).not.toContain(aRow().text);
  });

  it('keeps rows beyond its limit for later, and logs them once', async () => {
    const { writer, store, metrics, logged } = aWriter({ maxRows: 1 });
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    writer.write(writesOf('1'));
    writer.write(writesOf('2'));
    gate.resolve();
    await writer.flush();
    expect([...store.rows.keys()]).toEqual(['1']);
    await writer.close();
    expect([...store.rows.keys()]).toEqual(['1', '2']);
    expect(metrics.sum('FeatureStoreDroppedWrites')).toBe(0);
    expect(logged().toSorted()).toEqual(['1', '2']);
  });

  it('writes a batch that is larger than its limit if nothing else is on its way', async () => {
    const { writer, store, metrics } = aWriter({ maxRows: 1 });
    writer.write(writesOf('1', '2', '3'));
    await writer.flush();
    expect([...store.rows.keys()]).toEqual(['1', '2', '3']);
    expect(metrics.sum('FeatureStoreDroppedWrites')).toBe(0);
  });

  it('keeps rows beyond 16 MiB for later', async () => {
    const { writer, store, pendingWrites } = aWriter();
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    const longest = { row: aRow({ text: 'é'.repeat(25_000) }), ttlSeconds: 60 };
    for (let id = 0; id < 400; id++) {
      writer.write([{ ...longest, row: { ...longest.row, tweetId: `${id}` } }]);
    }
    gate.resolve();
    await writer.flush();
    expect(store.rows.size + pendingWrites.rows).toBe(400);
    expect(store.rows.size * rowBytes(longest.row)).toBeLessThanOrEqual(16 * 2 ** 20);
    expect(pendingWrites.rows).toBeGreaterThan(0);
    await writer.close();
  });
});

describe('rows that the store fails to write', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'performance'] }));
  afterEach(() => void jest.useRealTimers());

  async function anOutage(maxRows = 1_000) {
    const parts = aWriter({ maxRows });
    parts.store.failWith = new FeatureStoreUnavailableError('down');
    for (const id of ['1', '2', '3']) {
      parts.writer.write(writesOf(id));
      await parts.writer.flush();
    }
    return parts;
  }

  it('are written once the store is back, and logged once', async () => {
    const { store, logger, logged } = await anOutage();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(store.rows.size).toBe(0);
    store.failWith = undefined;
    await jest.advanceTimersByTimeAsync(1_000);
    expect([...store.rows.keys()]).toEqual(['1', '2', '3']);
    expect(logged()).toEqual(['1', '2', '3']);
    expect(logger.lines.at(-1)).toMatchObject({ level: 'info', fields: { rows: 3 } });
  });

  it('are attempted once a second, not once a request', async () => {
    const { store, metrics } = await anOutage();
    const attempts: number[] = [];
    store.putTweets = async (writes) => {
      attempts.push(writes.length);
      throw new FeatureStoreUnavailableError('down');
    };
    await jest.advanceTimersByTimeAsync(3_000);
    expect(attempts).toEqual([3, 3, 3]);
    expect(metrics.sum('FeatureStoreDroppedWrites')).toBe(0);
  });

  it('are dropped beyond the limit, oldest first, and counted', async () => {
    const { writer, store, metrics } = await anOutage(2);
    store.failWith = undefined;
    await writer.close();
    expect([...store.rows.keys()]).toEqual(['2', '3']);
    expect(metrics.sum('FeatureStoreDroppedWrites')).toBe(1);
  });

  it('are not written after a purge, be it of the tweet or by a purge that failed', async () => {
    const { purge, store } = await anOutage();
    await expect(purge.tweet('2')).rejects.toThrow('down');
    store.failWith = undefined;
    await purge.tweet('3');
    await jest.advanceTimersByTimeAsync(1_000);
    expect([...store.rows.keys()]).toEqual(['1']);
  });

  it('get a tombstone in the log if another process purged them', async () => {
    const { store, predictionLog, pendingWrites } = await anOutage();
    store.failWith = undefined;
    store.tombstones.add('2');
    await jest.advanceTimersByTimeAsync(1_000);
    expect([predictionLog.purged, pendingWrites.rows]).toEqual([['2'], 0]);
    expect([...store.rows.keys()]).toEqual(['1', '3']);
  });

  it('are written, and their tombstones handed over once, while the log does not answer', async () => {
    const { writer, store, predictionLog, pendingWrites } = await anOutage();
    writer.write(writesOf(...Array.from({ length: 60 }, (_, index) => `${10 + index}`)));
    await writer.flush();
    store.failWith = undefined;
    store.tombstones.add('2');
    const record = jest.spyOn(predictionLog, 'recordPurges').mockReturnValue(new Promise(() => {}));
    await jest.advanceTimersByTimeAsync(5_000);
    expect([store.rows.size, pendingWrites.rows]).toEqual([62, 0]);
    expect(record.mock.calls).toEqual([[['2']]]);
  });

  it('are named in the log of the service if their tombstones are not recorded', async () => {
    const { store, predictionLog, logger, pendingWrites } = await anOutage();
    store.failWith = undefined;
    store.tombstones.add('2');
    predictionLog.failWith = new FeatureStoreUnavailableError('full');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(pendingWrites.rows).toBe(0);
    expect(logger.lines).toContainEqual({
      level: 'warn',
      fields: { tweetIds: ['2'], err: predictionLog.failWith },
      message: 'purges of pending rows may be missing in the prediction log',
    });
  });

  it('are written at the end, as soon as the store is back within the time given', async () => {
    const { writer, store, metrics } = await anOutage();
    const closed = writer.close(2_500);
    await jest.advanceTimersByTimeAsync(1_000);
    store.failWith = undefined;
    await jest.advanceTimersByTimeAsync(250);
    await closed;
    expect([...store.rows.keys()]).toEqual(['1', '2', '3']);
    expect(metrics.sum('FeatureStoreDroppedWrites')).toBe(0);
  });

  it('are attempted every 250 ms at the end, by one writer, also if an attempt runs when it begins', async () => {
    const { writer, store } = await anOutage();
    const attemptsMs: number[] = [];
    const put = store.putTweets.bind(store);
    store.putTweets = (writes) => {
      attemptsMs.push(jest.now());
      return put(writes);
    };
    // Not `Async`: the attempt has begun, and not ended.
    jest.advanceTimersByTime(1_000);
    const startMs = jest.now();
    const closed = writer.close(60_000);
    await jest.advanceTimersByTimeAsync(1_249);
    store.failWith = undefined;
    await jest.advanceTimersByTimeAsync(1);
    await closed;
    const [, ...atEnd] = attemptsMs.map((ms) => ms - startMs);
    expect(atEnd).toEqual([0, 250, 500, 750, 1_000, 1_250]);
  });

  it('are dropped and counted at the end if the store is still away', async () => {
    const { writer, metrics, logger } = await anOutage();
    await writer.close();
    expect(metrics.sum('FeatureStoreDroppedWrites')).toBe(3);
    expect(logger.lines.at(-1)).toMatchObject({ level: 'warn', fields: { rows: 3 } });
  });
});

describe('StoreWriter.writeNow', () => {
  it('returns the tweets that are not stored, and logs the others', async () => {
    const { writer, store, logger, logged } = aWriter();
    store.tombstones.add('2');
    store.rejects.add('3');
    const notStored = await writer.writeNow(writesOf('1', '2', '3', '4'));
    expect([...notStored]).toEqual([
      ['2', { status: 'error', error: expect.objectContaining({ code: 'tweet_not_found' }) }],
      ['3', { status: 'error', error: expect.objectContaining({ code: 'internal' }) }],
    ]);
    expect(logged()).toEqual(['1', '4']);
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { rows: 1 } }]);
  });

  it('fails with the store, without logging', async () => {
    const { writer, store, logged } = aWriter();
    store.failWith = new FeatureStoreUnavailableError('down');
    await expect(writer.writeNow(writesOf('1'))).rejects.toBe(store.failWith);
    expect(logged()).toEqual([]);
  });
});

describe('StoreWriter.purge', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('purges a tweet in the background', async () => {
    const { writer, store, predictionLog } = aWriter();
    writer.purge('1');
    await writer.flush();
    expect([store.purged, predictionLog.purged]).toEqual([['1'], ['1']]);
  });

  it('purges a tweet once an hour, however often it is requested', async () => {
    const clock = jest.spyOn(performance, 'now').mockReturnValue(1);
    const { writer, store, predictionLog } = aWriter();
    for (let request = 1; request <= 6; request++) writer.purge('1');
    await writer.flush();
    writer.purge('1');
    writer.purge('2');
    await writer.flush();
    expect(store.purged).toEqual(['1', '2']);
    expect(predictionLog.purged).toEqual(['1', '2']);
    clock.mockReturnValue(3_600_002);
    writer.purge('1');
    await writer.flush();
    expect(predictionLog.purged).toEqual(['1', '2', '1']);
  });

  it('forgets the oldest of 10,000 purges', async () => {
    const { writer, predictionLog } = aWriter();
    for (let id = 0; id <= 10_000; id++) writer.purge(String(id));
    writer.purge('1');
    writer.purge('0');
    await writer.flush();
    expect(predictionLog.purged.slice(10_001)).toEqual(['0']);
  });

  it.each(['store', 'predictionLog'] as const)(
    'repeats a purge that has failed because of the %s',
    async (part) => {
      const { writer, logger: _, ...parts } = aWriter();
      parts[part].failWith = new FeatureStoreUnavailableError('down');
      writer.purge('1');
      await writer.flush();
      parts[part].failWith = undefined;
      writer.purge('1');
      await writer.flush();
      expect(parts.predictionLog.purged.at(-1)).toBe('1');
      expect(parts.store.purged.at(-1)).toBe('1');
    },
  );

  it.each(['store', 'predictionLog'] as const)(
    'names a tweet in the log that it cannot purge because of the %s',
    async (part) => {
      const { writer, logger, ...parts } = aWriter();
      parts[part].failWith = new FeatureStoreUnavailableError('down');
      writer.purge('1');
      await writer.flush();
      expect(logger.lines).toMatchObject([
        { level: 'warn', fields: { tweetId: '1' }, message: 'unavailable tweet not purged' },
      ]);
    },
  );
});
