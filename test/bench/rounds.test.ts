import { describe, expect, it } from '@jest/globals';
import { interleave } from '../../bench/rounds.ts';

describe('interleaved rounds', () => {
  it('let each arm go first in turn and keep the pairs of a round together', async () => {
    const order: string[] = [];
    let measured = 0;
    const arm = (name: string) => async () => {
      order.push(name);
      return measured++;
    };
    const rounds = await interleave(3, arm('a'), arm('b'));
    expect(order.join('')).toBe('abbaab');
    expect(rounds).toEqual([
      { a: 0, b: 1 },
      { a: 3, b: 2 },
      { a: 4, b: 5 },
    ]);
  });
});
