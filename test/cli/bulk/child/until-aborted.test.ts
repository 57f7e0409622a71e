import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { untilAborted } from '../../../../cli/bulk/child/until-aborted.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

describe('values until an interruption', () => {
  it('are those of the source, to its end', async () => {
    async function* source() {
      yield* [1, 2, 3];
    }
    const found: number[] = [];
    for await (const value of untilAborted(source(), new AbortController().signal)) {
      found.push(value);
    }
    expect(found).toEqual([1, 2, 3]);
  });

  it('end with the reason of the signal while the source waits', async () => {
    async function* source() {
      yield 1;
      await new Promise(() => {});
    }
    const interruption = new AbortController();
    const values = untilAborted(source(), interruption.signal);
    expect(await values.next()).toEqual({ value: 1, done: false });
    const waiting = values.next();
    interruption.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
  });

  it('leave memory as they are taken, however long the item is', async () => {
    const made: WeakRef<object>[] = [];
    async function* source() {
      for (;;) {
        const value = {};
        made.push(new WeakRef(value));
        yield value;
      }
    }
    const values = untilAborted(source(), new AbortController().signal);
    for (let taken = 0; taken < 100; taken++) await values.next();
    // A reference holds its value until the end of the task that made it.
    await setImmediate();
    collectGarbage();
    const held = made.filter((value) => value.deref() !== undefined);
    expect(held.length).toBeLessThanOrEqual(1);
  });
});
