import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, jest } from '@jest/globals';
import { runCommand } from '../../script/lib/run-command.ts';
import { settlesWithin } from '../helpers/settles-within.ts';

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

  it('is not waited for by its pipes when it leaves a process in a separate session', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'session-'));
    // Tells the process id once the session is there.
    const fifo = join(folder, 'pid');
    execFileSync('mkfifo', [fifo]);
    const left = `setsid sh -c 'echo $$ >${fifo}; exec sleep 3600' & wait`;
    jest.useFakeTimers();
    const command = runCommand(['sh', '-c', left], PIPED);
    const pid = Number(await readFile(fifo, 'utf8'));
    jest.advanceTimersByTime(PIPED.timeoutMs);
    jest.advanceTimersByTime(30_000);
    jest.useRealTimers();
    try {
      expect(await settlesWithin(30_000, command)).toBe(true);
      expect(await command).toEqual({ succeeded: false, timedOut: true, output: '' });
    } finally {
      process.kill(pid);
      rmSync(folder, { recursive: true });
    }
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
