import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { waitAtMost } from '../../../service/application/wait-at-most.ts';

const never = new Promise<never>(() => undefined);
const onLate = () => new Error('late');

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('waitAtMost', () => {
  it('returns the result of the promise and clears its timer', async () => {
    expect(await waitAtMost(Promise.resolve('result'), { ms: 1_000, onLate })).toBe('result');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('throws the failure of the promise', async () => {
    const failure = new Error('broken');
    await expect(waitAtMost(Promise.reject(failure), { ms: 1_000, onLate })).rejects.toBe(failure);
  });

  it('calls onLate once when the time is up, and throws its error', async () => {
    const late = jest.fn(onLate);
    const waiting = expect(waitAtMost(never, { ms: 1_000, onLate: late })).rejects.toThrow('late');
    jest.advanceTimersByTime(999);
    expect(late).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    await waiting;
    expect(late).toHaveBeenCalledTimes(1);
  });

  it('throws the reason of the signal and clears its timer', async () => {
    const controller = new AbortController();
    const reason = new Error('left');
    const waiting = waitAtMost(never, { ms: 1_000, signal: controller.signal, onLate });
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('throws at once if the signal is already aborted', async () => {
    const reason = new Error('left');
    const signal = AbortSignal.abort(reason);
    await expect(waitAtMost(never, { ms: 1_000, signal, onLate })).rejects.toBe(reason);
  });

  it('handles a failure of the promise after the wait has ended', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    const waiting = expect(waitAtMost(promise, { ms: 0, onLate })).rejects.toThrow('late');
    jest.advanceTimersByTime(1);
    await waiting;
    reject(new Error('too late'));
    // An unhandled rejection would end the test run here.
    await expect(promise).rejects.toThrow('too late');
  });

  it.each([2 ** 31, Number.POSITIVE_INFINITY])('sets no timer for %d ms', async (ms) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const waiting = waitAtMost(promise, { ms, onLate });
    expect(jest.getTimerCount()).toBe(0);
    resolve('result');
    expect(await waiting).toBe('result');
  });
});
