/**
 * Waits until the service of this environment is ready, and sends it the sample. The argument is
 * the service's process id: when that process ends, so does this one.
 */
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { serviceUrl } from '../../cli/kit/environment.ts';

const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 250;

const url = serviceUrl();
const service = Number(process.argv[2]);

const endMs = performance.now() + READY_TIMEOUT_MS;
while (!(await isReady())) {
  if (!isRunning(service)) process.exit(1);
  if (performance.now() > endMs) {
    console.error(`The service was not ready at ${url} in time; the sample was not sent.`);
    process.exit(1);
  }
  await pause(POLL_MS);
}
const args = [...process.execArgv, 'cli/tss.ts', 'populate', '--sample', '--url', url];
const tool = spawn(process.execPath, args, { stdio: 'inherit' });
tool.on('exit', (code) => {
  if (code === 0) console.log(`The sample is stored: look at ${url}/`);
  process.exitCode = code ?? 1;
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function isReady(): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
