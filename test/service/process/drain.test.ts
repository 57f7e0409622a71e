import { describe, expect, it } from '@jest/globals';
import { type DrainStep, drain } from '../../../service/process/drain.ts';
import { RecordedLog } from '../../helpers/fakes.ts';

const never = () => new Promise<never>(() => undefined);

describe('drain', () => {
  it('runs the steps in order and reports a clean end', async () => {
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

  it('gives a step that hangs up within its share, and still runs the next one', async () => {
    const logger = new RecordedLog();
    const events: string[] = [];
    const startedMs = performance.now();
    const clean = await drain(
      [
        { name: 'hangs', share: 0.02, run: never, giveUp: () => events.push('given up') },
        { name: 'next', share: 1, run: async () => events.push('next') },
      ],
      { timeoutMs: 5_000, logger },
    );
    expect(clean).toBe(false);
    expect(events).toEqual(['given up', 'next']);
    expect(performance.now() - startedMs).toBeLessThan(2_500);
    expect(logger.lines).toMatchObject([{ level: 'error', fields: { step: 'hangs' } }]);
  });

  it('goes on after a step that fails', async () => {
    const logger = new RecordedLog();
    const steps: DrainStep[] = [
      { name: 'fails', share: 1, run: () => Promise.reject(new Error('broken')) },
      { name: 'next', share: 1, run: () => Promise.resolve() },
    ];
    expect(await drain(steps, { timeoutMs: 1_000, logger })).toBe(false);
    expect(logger.lines).toMatchObject([{ fields: { err: { message: 'broken' } } }]);
  });
});
