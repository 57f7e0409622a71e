import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JoinedReads } from '../../../../service/feature-store/redis/joined-reads.ts';

/** Reads that answer each key with itself, and the commands that they took. */
function echoedReads() {
  const commands: (readonly string[])[] = [];
  const reads = new JoinedReads(async (keys) => {
    commands.push(keys);
    return keys.map((key) => (key === 'absent' ? null : Buffer.from(key)));
  });
  return { reads, commands };
}

const keysOf = (length: number, name: string) =>
  Array.from({ length }, (_, index) => `${name}${index}`);

describe('JoinedReads', () => {
  it('sends one command for the reads of a turn of the event loop', async () => {
    const { reads, commands } = echoedReads();
    const answers = [reads.get(['a']), reads.get(['b', 'absent']), reads.get(['a'])];
    expect(commands).toEqual([]);
    expect(await Promise.all(answers)).toEqual([
      [Buffer.from('a')],
      [Buffer.from('b'), null],
      [Buffer.from('a')],
    ]);
    expect(commands).toEqual([['a', 'b', 'absent', 'a']]);
  });

  it('sends a read of the next turn without the one before it', async () => {
    const { reads, commands } = echoedReads();
    const first = reads.get(['a']);
    await setImmediate();
    const second = reads.get(['b']);
    expect(commands).toEqual([['a']]);
    await Promise.all([first, second]);
    expect(commands).toEqual([['a'], ['b']]);
  });

  it('gives each read its own values, at most 256 keys a command', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 256 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(lengths, async (each) => {
        const { reads, commands } = echoedReads();
        const asked = each.map((length, index) => keysOf(length, `${index}-`));
        const answered = await Promise.all(asked.map((keys) => reads.get(keys)));
        expect(answered.map((values) => values.map(String))).toEqual(asked);
        expect(commands.flat()).toEqual(asked.flat());
        for (const { length } of commands) expect(length).toBeLessThanOrEqual(256);
      }),
    );
  });

  it('fails every read of a command that fails, and none after it', async () => {
    const failure = new Error('the connection is lost');
    let fails = true;
    const reads = new JoinedReads(async (keys) => {
      if (fails) throw failure;
      return keys.map(() => null);
    });
    const failed = [reads.get(['a']), reads.get(['b'])];
    for (const each of failed) await expect(each).rejects.toBe(failure);
    fails = false;
    expect(await reads.get(['c'])).toEqual([null]);
  });
});
