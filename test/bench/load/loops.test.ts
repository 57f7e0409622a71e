import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { closedLoop } from '../../../bench/load/closed-loop.ts';
import { renderRequest } from '../../../bench/load/http-connection.ts';
import { openLoop } from '../../../bench/load/open-loop.ts';
import { withStub } from './stub-server.ts';

const requests = [renderRequest('GET', '/first'), renderRequest('GET', '/second')];

describe('a closed loop', () => {
  it('keeps one request pending on each of its connections', async () => {
    const pending: ServerResponse[] = [];
    const rounds: number[] = [];
    const plan = { connections: 5, warmUpMs: 0, durationMs: 60_000, once: true } as const;
    const result = await withStub(
      async (_request, response) => {
        // Answers only when all five wait, after some turns in which a sixth could come.
        if (pending.push(response) !== plan.connections) return;
        for (let turn = 0; turn < 10; turn++) await setImmediate();
        rounds.push(pending.length);
        for (const held of pending.splice(0)) held.setHeader('Content-Length', 2).end('ok');
      },
      (port) => closedLoop({ ...plan, port, requests: Array(20).fill(requests[0]) }),
    );
    expect(rounds).toEqual([5, 5, 5, 5]);
    expect(result).toMatchObject({ sent: 20, succeeded: 20, lost: 0, failures: {} });
  });

  it('sends each request once with `once`', async () => {
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

describe('the rate of a closed loop', () => {
  it('is that of its whole time, also if the server has stopped to answer', async () => {
    let answered = 0;
    const { succeeded, perSecond } = await withStub(
      (request, response) => {
        if (answered++ > 0) request.destroy();
        else response.setHeader('Content-Length', 2).end('ok');
      },
      (port) => closedLoop({ port, connections: 1, warmUpMs: 0, durationMs: 1_000, requests }),
    );
    expect(perSecond).toBe(succeeded);
  });
});

describe('an open loop', () => {
  it('sends nothing after its end', async () => {
    let received = 0;
    await withStub(
      () => {
        received++;
      },
      async (port) => {
        const plan = { port, ratePerSecond: 50, durationMs: 200, drainMs: 100, seed: 3, requests };
        await openLoop({ ...plan, maxConnections: 1 });
        for (let turn = 0; turn < 100; turn++) await setImmediate();
      },
    );
    expect(received).toBeLessThanOrEqual(1);
  });

  it('counts requests that are never answered as lost', async () => {
    const result = await withStub(
      () => undefined,
      (port) =>
        openLoop({
          port,
          ratePerSecond: 50,
          durationMs: 200,
          drainMs: 100,
          maxConnections: 500,
          seed: 3,
          requests,
        }),
    );
    expect(result.sent).toBeGreaterThan(0);
    expect(result.lost).toBe(result.sent);
  });
});
