import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CircuitBreaker, CircuitOpenError } from '../../../service/application/circuit-breaker.ts';

const TIMEOUT = new Error('it took too long');
const REFUSAL = new Error('it was refused');
const LOST = new Error('the connection is closed');

let breaker: CircuitBreaker;
let events: unknown[];
let nowMs: number;

const aBreaker = (options: { readonly probeWaitMs?: number } = {}) =>
  new CircuitBreaker({
    failuresToOpen: 3,
    isDown: (error) => error === TIMEOUT,
    isUp: (error) => error === REFUSAL,
    onOpen: (error) => events.push(error),
    onClose: () => events.push('closed'),
    monotonicMs: () => nowMs,
    ...options,
  });

beforeEach(() => {
  nowMs = 1_000_000;
  events = [];
  breaker = aBreaker();
});

const succeed = () => breaker.execute(async () => 'answer');
const fail = (error: Error) => breaker.execute(() => Promise.reject(error)).catch((e) => e);
const open = async () => {
  for (let i = 0; i < 3; i++) expect(await fail(TIMEOUT)).toBe(TIMEOUT);
};

describe('CircuitBreaker', () => {
  it('rejects without trying after three time-outs in a row', async () => {
    await open();
    const work = jest.fn(succeed);
    await expect(breaker.execute(work)).rejects.toBeInstanceOf(CircuitOpenError);
    expect(work).not.toHaveBeenCalled();
    expect(events).toEqual([TIMEOUT]);
  });

  it('stays closed after time-outs that are not in a row', async () => {
    for (let i = 0; i < 5; i++) {
      await fail(TIMEOUT);
      await fail(TIMEOUT);
      await succeed();
    }
    expect(await succeed()).toBe('answer');
  });

  it.each([
    ['refusals', REFUSAL],
    ['lost connections', LOST],
  ])('stays closed after %s', async (_, error) => {
    for (let i = 0; i < 10; i++) expect(await fail(error)).toBe(error);
    expect(await succeed()).toBe('answer');
    expect(events).toEqual([]);
  });

  it('lets one probe through after a second and rejects others meanwhile', async () => {
    await open();
    nowMs += 999;
    expect(await fail(TIMEOUT)).toBeInstanceOf(CircuitOpenError);
    nowMs += 1;
    const probe = Promise.withResolvers<string>();
    const probed = breaker.execute(() => probe.promise);
    await expect(succeed()).rejects.toBeInstanceOf(CircuitOpenError);
    probe.resolve('probed');
    expect(await probed).toBe('probed');
    expect(await succeed()).toBe('answer');
    expect(events).toEqual([TIMEOUT, 'closed']);
  });

  describe('whose work waits for a probe', () => {
    beforeEach(async () => {
      breaker = aBreaker({ probeWaitMs: 500 });
      await open();
      nowMs += 1_000;
    });
    const probeAndOthers = () => {
      const probe = Promise.withResolvers<string>();
      const probed = breaker.execute(() => probe.promise).catch((error) => error);
      return { probe, probed, others: [succeed(), succeed()].map((each) => each.catch((e) => e)) };
    };

    it('does it after a probe that succeeds', async () => {
      const { probe, others } = probeAndOthers();
      probe.resolve('probed');
      expect(await Promise.all(others)).toEqual(['answer', 'answer']);
      expect(events).toEqual([TIMEOUT, 'closed']);
    });

    it('rejects it after a probe that fails', async () => {
      const { probe, others } = probeAndOthers();
      probe.reject(TIMEOUT);
      for (const other of others) expect(await other).toBeInstanceOf(CircuitOpenError);
      expect(events).toEqual([TIMEOUT, TIMEOUT]);
    });

    it('has the next work probe after a probe that tells nothing', async () => {
      const { probe, others } = probeAndOthers();
      probe.reject(LOST);
      expect(await Promise.all(others)).toEqual(['answer', 'answer']);
      expect(events).toEqual([TIMEOUT, 'closed']);
    });

    it('rejects it when the probe takes too long, and more work at once', async () => {
      jest.useFakeTimers();
      try {
        const { probe, probed, others } = probeAndOthers();
        jest.advanceTimersByTime(500);
        for (const other of others) expect(await other).toBeInstanceOf(CircuitOpenError);
        await expect(succeed()).rejects.toBeInstanceOf(CircuitOpenError);
        probe.resolve('probed');
        expect(await probed).toBe('probed');
        expect(await succeed()).toBe('answer');
      } finally {
        jest.useRealTimers();
      }
    });
  });

  it('closes when the probe is answered with a refusal', async () => {
    await open();
    nowMs += 1_000;
    expect(await fail(REFUSAL)).toBe(REFUSAL);
    expect(await succeed()).toBe('answer');
  });

  it('waits another second if the probe times out', async () => {
    await open();
    for (let second = 0; second < 5; second++) {
      nowMs += 1_000;
      expect(await fail(TIMEOUT)).toBe(TIMEOUT);
      expect(await fail(TIMEOUT)).toBeInstanceOf(CircuitOpenError);
    }
    expect(events).toEqual(Array.from({ length: 6 }, () => TIMEOUT));
  });

  it('probes again at once if the probe could not be sent', async () => {
    await open();
    nowMs += 1_000;
    for (let i = 0; i < 5; i++) expect(await fail(LOST)).toBe(LOST);
    expect(events).toEqual([TIMEOUT]);
    expect(await succeed()).toBe('answer');
    expect(events).toEqual([TIMEOUT, 'closed']);
  });
});
