import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { EventLoopTurns } from '../../../../service/inference/tokenizer/event-loop-turns.ts';

function workFor(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

describe('sharing the turns of the event loop', () => {
  it('has time at the beginning of a turn, and none once it is used up', () => {
    const turns = new EventLoopTurns();
    expect(turns.hasTime()).toBe(true);
    workFor(3);
    expect(turns.hasTime()).toBe(false);
  });

  it('has time again in a later turn', async () => {
    const turns = new EventLoopTurns();
    turns.hasTime();
    workFor(3);
    await nextTurn();
    expect(turns.hasTime()).toBe(true);
  });

  it('has no time for newcomers while others wait', async () => {
    const turns = new EventLoopTurns();
    const waiting = turns.next();
    expect(turns.hasTime()).toBe(false);
    await waiting;
    expect(turns.hasTime()).toBe(true);
  });

  it('lets computations take turns, whoever comes first going first', async () => {
    const turns = new EventLoopTurns();
    const order: string[] = [];
    const compute = async (name: string) => {
      for (let step = 0; step < 3; step++) {
        if (!turns.hasTime()) await turns.next();
        order.push(name);
        workFor(2);
      }
    };
    await Promise.all([compute('a'), compute('b')]);
    expect(order.join('')).toBe('aababb');
  });

  it('lets other work of the process run in between', async () => {
    const turns = new EventLoopTurns();
    let others = 0;
    const other = setInterval(() => others++, 0);
    for (let step = 0; step < 20; step++) {
      if (!turns.hasTime()) await turns.next();
      workFor(2);
    }
    clearInterval(other);
    expect(others).toBeGreaterThanOrEqual(10);
  });
});
