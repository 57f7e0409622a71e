import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { eventually } from '../../helpers/eventually.ts';

/** Starts the built service and sends it SIGTERM when its first worker loads the native library. */
async function stopWhileWorkersLoad(): Promise<readonly unknown[]> {
  const service = spawn(process.execPath, ['dist/main.js'], {
    env: { PORT: '0', METRICS: 'off' },
    stdio: 'ignore',
  });
  const ended = once(service, 'exit');
  const maps = `/proc/${service.pid}/maps`;
  const isLoading = async () => expect(readFileSync(maps, 'utf8')).toContain('libonnxruntime');
  await eventually(isLoading, undefined, 5);
  service.kill('SIGTERM');
  return ended;
}

it('SIGTERM while the workers load the model ends the service with status 0', async () => {
  for (let start = 1; start <= 3; start++) {
    expect([start, ...(await stopWhileWorkersLoad())]).toEqual([start, 0, null]);
  }
});
