import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type DrainStep, drain } from '../../../service/process/drain.ts';
import { RecordedLog } from '../../helpers/fakes.ts';

const never = () => new Promise<never>(() => undefined);

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('drain', () => {
  it('runs the steps in order and returns true if all succeed', async () => {
    const ran: string[] = [];
    const step = (name: string): DrainStep => ({
      name,
      share: 1,
      run: async () => {
        await Promise.resolve();
        ran.push(name);
      },
    });
    const logger = new RecordedLog();
    expect(await drain([step('one'), step('two')], { timeoutMs: 1_000, logger })).toBe(true);
    expect(ran).toEqual(['one', 'two']);
    expect(logger.lines).toEqual([]);
  });

  it('gives up a hanging step after its share of the time and runs the next one', async () => {
    const logger = new RecordedLog();
    const events: string[] = [];
    const drained = drain(
      [
        { name: 'hangs', share: 0.2, run: never, giveUp: () => events.push('given up') },
        { name: 'next', share: 1, run: async () => events.push('next') },
      ],
      { timeoutMs: 5_000, logger },
    );
    await jest.advanceTimersByTimeAsync(999);
    expect(events).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(await drained).toBe(false);
    expect(events).toEqual(['given up', 'next']);
    expect(logger.lines).toMatchObject([
      { level: 'error', fields: { step: 'hangs', err: { message: 'not done within 1000 ms' } } },
    ]);
  });

  it('continues after a failed step', async () => {
    const logger = new RecordedLog();
    const steps: DrainStep[] = [
      { name: 'fails', share: 1, run: () => Promise.reject(new Error('broken')) },
      { name: 'next', share: 1, run: () => Promise.resolve() },
    ];
    expect(await drain(steps, { timeoutMs: 1_000, logger })).toBe(false);
    expect(logger.lines).toMatchObject([{ fields: { err: { message: 'broken' } } }]);
  });
});
