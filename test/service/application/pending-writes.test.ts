import { describe, expect, it } from '@jest/globals';
import { PendingWrites } from '../../../service/application/pending-writes.ts';
import { RecordedMetrics } from '../../helpers/fakes.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';

const HOUR_MS = 3_600_000;

function pendingWrites({ maxRows = 10_000, maxBytes = 16 * 2 ** 20 } = {}) {
  const clock = { nowMs: 0 };
  const metrics = new RecordedMetrics();
  const monotonicMs = () => clock.nowMs;
  const pending = new PendingWrites({ maxRows, maxBytes, metrics, monotonicMs });
  const ids = () => pending.oldest(10_000).map(({ write }) => write.row.tweetId);
  return { pending, clock, metrics, ids };
}

const aWrite = (tweetId: string, overrides: Parameters<typeof aRow>[0] = {}) => ({
  row: aRow({ tweetId, ...overrides }),
  ttlSeconds: 600,
});

describe('PendingWrites', () => {
  it('keeps the newest row of each tweet', () => {
    const { pending, ids } = pendingWrites();
    pending.add([aWrite('1'), aWrite('2'), aWrite('1', { text: 'newer' })]);
    expect(ids()).toEqual(['2', '1']);
    expect(pending.oldest(9)[1]?.write.row.text).toBe('newer');
  });

  it('keeps a row that is replaced while the one before is written', () => {
    const { pending, ids } = pendingWrites();
    pending.add([aWrite('1')]);
    const written = pending.oldest(1);
    pending.add([aWrite('1', { text: 'newer' })]);
    pending.remove(written);
    expect(ids()).toEqual(['1']);
  });

  it('drops the oldest rows beyond its limit of rows, and counts them', () => {
    const { pending, metrics, ids } = pendingWrites({ maxRows: 2 });
    pending.add(['1', '2', '3'].map((id) => aWrite(id)));
    expect(ids()).toEqual(['2', '3']);
    expect(metrics.sum('FeatureStoreDroppedWrites')).toBe(1);
  });

  it('drops the oldest rows beyond its limit of bytes, whatever the rows', () => {
    const { pending, metrics } = pendingWrites({ maxRows: 100_000 });
    const topics = Array.from({ length: 32 }, (_, index) => `#${index}${'é'.repeat(86)}`);
    const largest = { text: '漢'.repeat(25_000), topics };
    pending.add(Array.from({ length: 1_000 }, (_, id) => aWrite(`${id}`, largest)));
    expect(pending.bytes).toBeLessThanOrEqual(16 * 2 ** 20);
    expect(pending.rows).toBeGreaterThan(200);
    expect(metrics.sum('FeatureStoreDroppedWrites')).toBe(1_000 - pending.rows);
    pending.dropAll();
    expect([pending.rows, pending.bytes]).toEqual([0, 0]);
  });

  it('shortens the life of a row by the time it was pending', () => {
    const { pending, clock } = pendingWrites();
    pending.add([aWrite('1')]);
    clock.nowMs = 599_000;
    const [waiting] = pending.oldest(1);
    expect(pending.remainder(waiting!)?.ttlSeconds).toBe(1);
    clock.nowMs = 600_000;
    expect(pending.remainder(waiting!)).toBeUndefined();
  });

  it('drops a row after an hour: the tombstone of a purge elsewhere must outlive it', () => {
    const { pending, clock, metrics, ids } = pendingWrites();
    pending.add([aWrite('1')]);
    clock.nowMs = HOUR_MS;
    pending.add([aWrite('2')]);
    expect(ids()).toEqual(['1', '2']);
    clock.nowMs = HOUR_MS + 1;
    expect(ids()).toEqual(['2']);
    expect(metrics.sum('FeatureStoreDroppedWrites')).toBe(1);
  });
});
