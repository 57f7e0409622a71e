import { beforeEach, describe, expect, it } from '@jest/globals';
import { RequestCounts } from '../../../../service/http/plugins/request-counts.ts';

const WINDOW_MS = 60_000;

let nowMs: number;
let counts: RequestCounts;
beforeEach(() => {
  nowMs = 1_000;
  counts = new RequestCounts({ now: () => nowMs });
});

/** Counts a request; returns the caller's requests in its window, and the rest of the window in ms. */
function count(caller: string): [number, number] {
  let answer: [number, number] | undefined;
  counts.incr(
    caller,
    (_error, result) => {
      answer = result && [result.current, result.ttl];
    },
    WINDOW_MS,
  );
  if (answer === undefined) throw new Error(`request of ${caller} was not counted`);
  return answer;
}

describe('request counts', () => {
  it('count the requests of each caller for a minute from its first one', () => {
    expect(count('a')).toEqual([1, 60_000]);
    nowMs += 59_999;
    expect(count('a')).toEqual([2, 1]);
    expect(count('b')).toEqual([1, 60_000]);
    nowMs += 1;
    expect(count('a')).toEqual([1, 60_000]);
    expect(count('b')).toEqual([2, 59_999]);
  });

  it('forget the least recent caller of more than 10,000', () => {
    count('first');
    count('second');
    for (let i = 0; i < 9_998; i += 1) count(`other ${i}`);
    count('first');
    count('one more');
    expect(count('first')).toEqual([3, 60_000]);
    expect(count('second')).toEqual([1, 60_000]);
  });
});
