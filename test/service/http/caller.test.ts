import { getHeapSpaceStatistics } from 'node:v8';
import { describe, expect, it } from '@jest/globals';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PhaseTimings } from '../../../service/application/request-context.ts';
import { callerOf, contextOf } from '../../../service/http/caller.ts';

const REQUESTS = 20_000;
const REQUEST_ITEMS = 1_000;

const request = () => ({ trace: { timings: new PhaseTimings() } }) as FastifyRequest;
const reply = () =>
  ({
    raw: { closed: true },
    request: new Array(REQUEST_ITEMS).fill(''),
  }) as unknown as FastifyReply;

/** Bytes that the next full garbage collection would look at. */
function oldSpaceBytes(): number {
  const old = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space');
  return old?.space_used_size ?? Number.NaN;
}

type Handle = (request: FastifyRequest, reply: FastifyReply) => object;

/** The most by which the old space grows while requests come and go. */
function growthBy(handle: Handle): number {
  // Objects of earlier tests that are still young move first.
  growthDuring(() => ({}));
  return growthDuring(handle);
}

function growthDuring(handle: Handle): number {
  const recent: object[] = [];
  const before = oldSpaceBytes();
  let highest = before;
  for (let index = 0; index < REQUESTS; index += 1) {
    const [each, answer] = [request(), reply()];
    // Few: what is in use during a minor collection may move to the old space as well.
    recent[index % 4] = [each, handle(each, answer)];
    if (index % 100 === 0) highest = Math.max(highest, oldSpaceBytes());
  }
  return highest - before;
}

describe('callers of use cases', () => {
  it('leave with their requests, not with the next full garbage collection', () => {
    const allRequests = REQUESTS * REQUEST_ITEMS * 4;
    expect(growthBy(callerOf)).toBeLessThan(allRequests / 4);
    expect(growthBy((each, answer) => contextOf(each, answer, 1))).toBeLessThan(allRequests / 4);
  });

  it('have one signal each, which is made when it is asked for', () => {
    const caller = callerOf(request(), reply());
    expect(caller.signal.aborted).toBe(true);
    expect(caller.signal).toBe(caller.signal);
  });
});
