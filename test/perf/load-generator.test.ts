import { describe, expect, it } from '@jest/globals';
import { closedLoop } from '../../bench/load/closed-loop.ts';
import { renderRequest } from '../../bench/load/http-connection.ts';
import { openLoop } from '../../bench/load/open-loop.ts';
import { withStub } from '../bench/load/stub-server.ts';

const requests = [renderRequest('GET', '/first'), renderRequest('GET', '/second')];

/** A server that answers every request after a time. */
const withSlowServer = <T>(answerMs: number, use: (port: number) => Promise<T>) =>
  withStub((_request, response) => {
    setTimeout(() => response.setHeader('Content-Length', 2).end('ok'), answerMs);
  }, use);

describe('a closed loop', () => {
  it('reports the answers per second of the counted time', async () => {
    const result = await withSlowServer(10, (port) =>
      closedLoop({ port, connections: 5, warmUpMs: 50, durationMs: 400, requests }),
    );
    expect(result).toMatchObject({ lost: 0, failures: {}, succeeded: result.sent });
    // Five at a time, a little more than 10 ms each.
    expect(result.perSecond).toBeGreaterThan(100);
    expect(result.perSecond).toBeLessThan(500);
  });
});

describe('an open loop', () => {
  const plan = { durationMs: 600, drainMs: 5_000, maxConnections: 500, seed: 3, requests };

  it('sends at its own rate, however slow the answers are', async () => {
    const result = await withSlowServer(300, (port) =>
      openLoop({ ...plan, port, ratePerSecond: 200 }),
    );
    // 120 expected, deviation 11: a generator that waited for answers would not come this far.
    expect(result.sent).toBeGreaterThan(60);
    expect(result).toMatchObject({ lost: 0, failures: {}, succeeded: result.sent });
    expect(result.latency.p50Ms).toBeGreaterThanOrEqual(299);
  });

  it('counts latency from the intended time, which includes the wait behind a slow answer', async () => {
    // One connection serves 20 a second; 100 a second are wanted.
    const result = await withSlowServer(50, (port) =>
      openLoop({ ...plan, port, ratePerSecond: 100, maxConnections: 1 }),
    );
    expect(result.latency.maxMs).toBeGreaterThan(500);
    expect(result.lost).toBe(0);
  });
});
