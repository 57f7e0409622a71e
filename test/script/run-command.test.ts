import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
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

  it('is ended by its time limit with what it has started', async () => {
    const { output } = await runCommand(['sh', '-c', 'sleep 3600 & wait'], {
      ...PIPED,
      timeoutMs: 1_000,
    });
    expect(output).toBe('');
  });

  it('ends with what it has started when the script gets a signal', async () => {
    const module = JSON.stringify(pathToFileURL('script/lib/run-command.ts'));
    const script = `import { runCommand } from ${module};
      const command = ['sh', '-c', 'echo started; sleep 3600 & wait'];
      await runCommand(command, { output: 'inherit', timeoutMs: 540_000 });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill();
    // All of them hold the pipe.
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM']);
  });
});
