import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const PROGRAM = fileURLToPath(new URL('./workers/exit-now.js', import.meta.url));
const MODULE = new URL('../../../service/inference/exit-now.ts', import.meta.url).href;

describe('ending the process at once', () => {
  it('takes a thread along that hangs in native code', async () => {
    const args = ['--experimental-strip-types', PROGRAM, MODULE];
    const startedMs = performance.now();
    const child = spawn(process.execPath, args, { timeout: 10_000, killSignal: 'SIGKILL' });
    const [code, signal] = await once(child, 'exit');
    expect(performance.now() - startedMs).toBeLessThan(9000);
    expect([code, signal]).toEqual(process.execve === undefined ? [null, 'SIGKILL'] : [1, null]);
  });
});
