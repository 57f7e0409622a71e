import { describe, expect, it } from '@jest/globals';
import { closedLoop } from '../../../bench/load/closed-loop.ts';
import { renderRequest } from '../../../bench/load/http-connection.ts';
import { openLoop } from '../../../bench/load/open-loop.ts';
import { withStub } from './stub-server.ts';

const requests = [renderRequest('GET', '/first'), renderRequest('GET', '/second')];

describe('a closed loop', () => {
  it('keeps as many requests under way as it has connections', async () => {
    let underWay = 0;
    let most = 0;
    const result = await withStub(
      (_request, response) => {
        most = Math.max(most, ++underWay);
        setTimeout(() => {
          underWay--;
          response.setHeader('Content-Length', 2).end('ok');
        }, 10);
      },
      (port) => closedLoop({ port, connections: 5, warmUpMs: 50, durationMs: 400, requests }),
    );
    expect(most).toBe(5);
    expect(result).toMatchObject({ lost: 0, failures: {}, succeeded: result.sent });
    // Five at a time, a little more than 10 ms each.
    expect(result.perSecond).toBeGreaterThan(100);
    expect(result.perSecond).toBeLessThan(500);
  });

  it('sends each request once where told so', async () => {
    const paths: string[] = [];
    const plan = { connections: 3, warmUpMs: 0, durationMs: 10_000, requests };
    const result = await withStub(
      (request, response) => {
        paths.push(request.url ?? '');
        response.setHeader('Content-Length', 2).end('ok');
      },
      (port) => closedLoop({ ...plan, port, once: true }),
    );
    expect(paths.toSorted()).toEqual(['/first', '/second']);
    expect(result.succeeded).toBe(2);
  });
});

describe('an open loop', () => {
  const plan = { durationMs: 600, drainMs: 5_000, maxConnections: 500, seed: 3, requests };

  it('sends at its own rate, however slow the answers are', async () => {
    const result = await withStub(
      (_request, response) => {
        setTimeout(() => response.setHeader('Content-Length', 2).end('ok'), 300);
      },
      (port) => openLoop({ ...plan, port, ratePerSecond: 200 }),
    );
    // 120 expected, deviation 11: a generator that waited for answers would not come this far.
    expect(result.sent).toBeGreaterThan(60);
    expect(result).toMatchObject({ lost: 0, failures: {}, succeeded: result.sent });
    expect(result.latency.p50Ms).toBeGreaterThanOrEqual(299);
  });

  it('counts latency from the intended time, so that the wait behind a slow answer shows', async () => {
    const result = await withStub(
      (_request, response) => {
        setTimeout(() => response.setHeader('Content-Length', 2).end('ok'), 50);
      },
      // One connection serves 20 a second; 100 a second are wanted.
      (port) => openLoop({ ...plan, port, ratePerSecond: 100, maxConnections: 1 }),
    );
    expect(result.latency.maxMs).toBeGreaterThan(500);
    expect(result.lost).toBe(0);
  });

  it('counts requests that are never answered as lost', async () => {
    const result = await withStub(
      () => undefined,
      (port) => openLoop({ ...plan, port, ratePerSecond: 50, durationMs: 200, drainMs: 100 }),
    );
    expect(result.sent).toBeGreaterThan(0);
    expect(result.lost).toBe(result.sent);
  });
});
