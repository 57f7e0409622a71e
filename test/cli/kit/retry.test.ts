import { describe, expect, it } from '@jest/globals';
import { exponentialMs, withRetries } from '../../../cli/kit/retry.ts';

/** Fails so often, then gives the number of calls. */
function failing(times: number, message = 'busy.') {
  let calls = 0;
  return async () => {
    if (++calls <= times) throw new Error(message);
    return calls;
  };
}

const AT_ONCE = { maxAttempts: 3, waitFor: () => ({ ms: 0 }) };

describe('a call with retries', () => {
  it('is repeated until it succeeds', async () => {
    expect(await withRetries(failing(2), AT_ONCE)).toBe(3);
  });

  it('fails with the last error when its attempts are used up', async () => {
    await expect(withRetries(failing(3), AT_ONCE)).rejects.toThrow('busy');
  });

  it('is not repeated after a final failure', async () => {
    const options = { maxAttempts: 3, waitFor: () => null };
    await expect(withRetries(failing(1), options)).rejects.toThrow('busy');
  });

  it('counts attempts from 1 when it asks how long to wait', async () => {
    const attempts: number[] = [];
    await withRetries(failing(2), {
      maxAttempts: 3,
      waitFor: (_error, attempt) => {
        attempts.push(attempt);
        return { ms: 0 };
      },
    });
    expect([...new Set(attempts)]).toEqual([1, 2]);
  });

  it.each([
    [undefined, /^busy: waiting until \d\d:\d\d:\d\d$/],
    ['rate limit', /^rate limit: waiting until/],
  ])(
    'announces a long wait with the reason %p, and ends it by its signal',
    async (reason, said) => {
      const interruption = new AbortController();
      const announced: string[] = [];
      const call = withRetries(failing(1), {
        maxAttempts: 2,
        waitFor: () => ({ ms: 3_600_000, ...(reason !== undefined && { reason }) }),
        announce: (message) => {
          announced.push(message);
          interruption.abort(new Error('interrupted'));
        },
        signal: interruption.signal,
      });
      await expect(call).rejects.toThrow('interrupted');
      expect(announced).toEqual([expect.stringMatching(said)]);
    },
  );

  it('is not started after its signal was aborted', async () => {
    const signal = AbortSignal.abort(new Error('interrupted'));
    await expect(withRetries(failing(0), { ...AT_ONCE, signal })).rejects.toThrow('interrupted');
  });
});

it('exponential waits double up to their highest', () => {
  expect([1, 2, 3, 4, 5, 6].map((attempt) => exponentialMs(attempt, 300, 5_000))).toEqual([
    300, 600, 1_200, 2_400, 4_800, 5_000,
  ]);
});
