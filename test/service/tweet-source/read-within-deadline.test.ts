import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { deadlineIn } from '../../../service/application/request-context.ts';
import { DeadlineExceededError } from '../../../service/domain/errors.ts';
import { readWithinDeadline } from '../../../service/tweet-source/read-within-deadline.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A read that ends on demand, for a request. */
function aRead({ deadlineInMs = 1_000 } = {}) {
  const { promise, resolve } = Promise.withResolvers<string>();
  const deadline = { ...deadlineIn(deadlineInMs) };
  const abort = new AbortController();
  const request = { deadline, signal: abort.signal };
  return { request, deadline, abort, read: jest.fn(() => promise), end: () => resolve('tweet') };
}

function unexpected(): never {
  throw new Error('it was not late');
}

describe('readWithinDeadline', () => {
  it('ends before the deadline, with time left to score and answer', async () => {
    const { request, read } = aRead();
    const ended = expect(readWithinDeadline(request, read, () => 'late')).resolves.toBe('late');
    await jest.advanceTimersByTimeAsync(800);
    await ended;
  });

  it('waits as long as a request has time that joins meanwhile', async () => {
    const { request, deadline, read, end } = aRead();
    const ended = expect(readWithinDeadline(request, read, unexpected)).resolves.toBe('tweet');
    await jest.advanceTimersByTimeAsync(500);
    deadline.atMs += 2_000;
    await jest.advanceTimersByTimeAsync(1_500);
    end();
    await ended;
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('does not start when no time is left', async () => {
    const { request, read } = aRead({ deadlineInMs: 100 });
    await expect(readWithinDeadline(request, read, unexpected)).rejects.toThrow(
      DeadlineExceededError,
    );
    expect(read).not.toHaveBeenCalled();
  });

  it('handles a failure of a read whose start has used up the time', async () => {
    const { request, read } = aRead();
    const handled = jest.spyOn(read(), 'then');
    const slow = () => {
      jest.advanceTimersByTime(2_000);
      return read();
    };
    const ended = expect(readWithinDeadline(request, slow, () => 'late')).resolves.toBe('late');
    await jest.advanceTimersByTimeAsync(1);
    await ended;
    // Unhandled, a later failure would end the process.
    expect(handled).toHaveBeenCalled();
  });

  it('throws the failure of the read', async () => {
    const failure = new Error('refused');
    const { request } = aRead();
    await expect(
      readWithinDeadline(request, () => Promise.reject(failure), unexpected),
    ).rejects.toBe(failure);
  });

  it('ends with the reason of the signal', async () => {
    const { request, read, abort } = aRead();
    const reason = new Error('left');
    const ended = expect(readWithinDeadline(request, read, unexpected)).rejects.toBe(reason);
    abort.abort(reason);
    await ended;
  });
});
