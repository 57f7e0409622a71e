import { describe, expect, it } from '@jest/globals';
import { Pace } from '../../../cli/kit/pace.ts';

function aPace(itemsPerSecond: number) {
  const clock = { ms: 0 };
  const waits: number[] = [];
  const pace = new Pace(itemsPerSecond, {
    signal: new AbortController().signal,
    now: () => clock.ms,
    pause: async (ms) => {
      waits.push(ms);
      clock.ms += ms;
    },
  });
  return { pace, clock, waits };
}

describe('a pace', () => {
  it('waits as long as the items may take', async () => {
    const { pace, waits } = aPace(100);
    await pace.spend(50);
    await pace.spend(10);
    expect(waits).toEqual([500, 100]);
  });

  it('counts the time that the items took', async () => {
    const { pace, clock, waits } = aPace(100);
    clock.ms = 400;
    await pace.spend(50);
    expect(waits).toEqual([100]);
  });

  it('does not make up for time that was lost', async () => {
    const { pace, clock, waits } = aPace(100);
    clock.ms = 10_000;
    await pace.spend(50);
    await pace.spend(50);
    expect(waits).toEqual([500]);
  });
});
