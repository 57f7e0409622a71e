import { describe, expect, it } from '@jest/globals';
import { Tally } from '../../../bench/load/tally.ts';

function answer(status: number, body: unknown = {}, processTimeMs = Number.NaN) {
  return { status, processTimeMs, body: Buffer.from(JSON.stringify(body)) };
}

describe('a tally', () => {
  it('tells answers, documented refusals, failures and lost requests apart', () => {
    const tally = new Tally();
    for (let sent = 0; sent < 6; sent++) tally.countSent();
    tally.record(answer(200), 10);
    tally.record(answer(503, { code: 'overloaded' }, 0.25), 2);
    tally.record(answer(503, { code: 'shutting_down' }), 3);
    tally.record(answer(500, 'no problem document'), 3);
    tally.record(new Error('the server closed the connection'), 4);
    expect(tally.result()).toMatchObject({
      sent: 6,
      succeeded: 1,
      overloaded: 1,
      lost: 1,
      failures: {
        '503 shutting_down': 1,
        '500 without a code': 1,
        'the server closed the connection': 1,
      },
      latency: { count: 1 },
      refusalLatency: { count: 1 },
    });
    expect(tally.result().refusalProcessTime.p99Ms).toBeCloseTo(0.25, 2);
  });

  it('gives percentiles within a thousandth of the exact ones', () => {
    const tally = new Tally();
    for (let ms = 1; ms <= 10_000; ms++) {
      tally.countSent();
      tally.record(answer(200), ms);
    }
    const { p50Ms, p99Ms, maxMs, count } = tally.result().latency;
    expect(count).toBe(10_000);
    expect(Math.abs(p50Ms / 5_000 - 1)).toBeLessThan(0.001);
    expect(Math.abs(p99Ms / 9_900 - 1)).toBeLessThan(0.001);
    expect(Math.abs(maxMs / 10_000 - 1)).toBeLessThan(0.001);
  });

  it('says nothing of latencies it never saw', () => {
    expect(new Tally().result().latency).toMatchObject({ count: 0, p99Ms: Number.NaN });
  });
});
