import { setImmediate as flushPromises } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  EventLoopTurns,
  LONGEST_BUSY_TURN_MS,
  TURN_MS,
} from '../../../../service/inference/tokenizer/event-loop-turns.ts';
import { FakeClock } from '../helpers/fake-clock.ts';

let clock: FakeClock;
let turns: EventLoopTurns;
beforeEach(() => {
  clock = new FakeClock();
  turns = new EventLoopTurns(clock);
});

/** Begins turns until the computation is done; returns how many. */
async function turnsOf(computation: Promise<unknown>): Promise<number> {
  let isDone = false;
  void computation.then(() => {
    isDone = true;
  });
  let count = 0;
  for (;;) {
    await flushPromises();
    if (isDone) return count;
    clock.nextTurn();
    count++;
  }
}

describe('sharing the turns of the event loop', () => {
  it('has time at the beginning of a turn, and none once the time is used up', () => {
    expect(turns.hasTime()).toBe(true);
    clock.advance(TURN_MS / 2);
    expect(turns.hasTime()).toBe(true);
    clock.advance(TURN_MS / 2);
    expect(turns.hasTime()).toBe(false);
  });

  it('has time again in a later turn', () => {
    turns.hasTime();
    clock.advance(3);
    clock.nextTurn();
    expect(turns.hasTime()).toBe(true);
  });

  it('has no time for newcomers while others wait', async () => {
    const waiting = turns.next();
    expect(turns.hasTime()).toBe(false);
    clock.nextTurn();
    await waiting;
    expect(turns.hasTime()).toBe(true);
  });

  it('alternates between computations, in the order in which they came', async () => {
    const order: string[] = [];
    const compute = async (name: string) => {
      for (let step = 0; step < 3; step++) {
        if (!turns.hasTime()) await turns.next();
        order.push(name);
        clock.advance(2);
      }
    };
    expect(await turnsOf(Promise.all([compute('a'), compute('b')]))).toBe(5);
    expect(order.join('')).toBe('aababb');
  });

  it('makes short steps in one turn, and long ones in a turn each', async () => {
    const compute = async (stepMs: number) => {
      for (let step = 0; step < 20; step++) {
        if (!turns.hasTime()) await turns.next();
        clock.advance(stepMs);
      }
    };
    expect(await turnsOf(compute(2))).toBe(19);
    clock.nextTurn();
    expect(await turnsOf(compute(TURN_MS / 20))).toBe(0);
  });

  /** Starts computations of one step of a millisecond; returns how many steps were made so far. */
  function startSteps(computations: number): () => number {
    let steps = 0;
    const compute = async () => {
      await turns.next();
      clock.advance(1);
      steps++;
    };
    for (let index = 0; index < computations; index++) void compute();
    return () => steps;
  }

  it('uses half of a turn that other work makes long, so that no computation starves', async () => {
    const steps = startSteps(30);
    clock.advance(20);
    clock.nextTurn();
    await flushPromises();
    expect(steps()).toBe(10);
  });

  it('does not use half of a turn in which the process was suspended', async () => {
    const steps = startSteps(LONGEST_BUSY_TURN_MS + 10);
    clock.advance(60_000);
    clock.nextTurn();
    await flushPromises();
    expect(steps()).toBe(LONGEST_BUSY_TURN_MS);
  });

  it('ends many short computations in a few turns of a busy event loop', async () => {
    let waiting = 100;
    const compute = async () => {
      for (let step = 0; step < 3; step++) {
        await turns.next();
        clock.advance(0.1);
      }
      waiting--;
    };
    for (let index = 0; index < 100; index++) void compute();
    let busyTurns = 0;
    while (waiting > 0 && busyTurns < 100) {
      clock.advance(20);
      clock.nextTurn();
      await flushPromises();
      busyTurns++;
    }
    expect(busyTurns).toBeLessThan(5);
  });

  it('lets other work of the process run before the next turn begins', async () => {
    const onSystemClock = new EventLoopTurns();
    let hasOtherRun = false;
    setImmediate(() => {
      hasOtherRun = true;
    });
    await onSystemClock.next();
    expect(hasOtherRun).toBe(true);
  });
});
