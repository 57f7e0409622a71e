import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../../script/lib/run-command.ts';

const node = (program: string) => ['node', '-e', program] as const;
const PIPED = { output: 'pipe', timeoutMs: 60_000 } as const;

describe('a command that a script runs', () => {
  it('succeeds with its output', async () => {
    expect(await runCommand(node('console.log("out"); console.error("err")'), PIPED)).toEqual({
      succeeded: true,
      timedOut: false,
      output: expect.stringMatching(/out[\s\S]*err|err[\s\S]*out/),
    });
  });

  it('fails with its exit code', async () => {
    expect(await runCommand(node('process.exit(3)'), PIPED)).toMatchObject({
      succeeded: false,
      timedOut: false,
    });
  });

  it('fails with the reason when it does not exist', async () => {
    const { succeeded, output } = await runCommand(['no-such-command'], PIPED);
    expect([succeeded, output]).toEqual([false, expect.stringContaining('ENOENT')]);
  });

  it('is ended by its time limit, and tells so', async () => {
    const hangs = node('setInterval(() => {}, 1_000)');
    expect(await runCommand(hangs, { ...PIPED, timeoutMs: 1 })).toMatchObject({
      succeeded: false,
      timedOut: true,
    });
  });
});
