/**
 * Waits until the service of this environment is ready, and sends it the sample. The arguments are
 * the service's process id, and a time before its start in seconds. When that process ends, so does this one.
 * A service that has started before is another one, which has the port.
 */
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { serviceUrl } from '../../cli/kit/environment.ts';
import { PATHS } from '../../service/contract/http.ts';

const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 250;

const url = serviceUrl();
const service = Number(process.argv[2]);
const earliestStartMs = Number(process.argv[3]) * 1_000;

const endMs = performance.now() + READY_TIMEOUT_MS;
let startMs = await startOfReadyMs();
while (startMs === undefined) {
  if (!isRunning(service)) process.exit(1);
  if (performance.now() > endMs) {
    console.error(`The service was not ready at ${url} in time; the sample was not sent.`);
    process.exit(1);
  }
  await pause(POLL_MS);
  startMs = await startOfReadyMs();
}
if (!(startMs >= earliestStartMs)) {
  console.error(`Another service answers at ${url}; the sample was not sent.`);
  process.exit(1);
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

/** Start of the service that answers; NaN if it is none of this project, undefined while it is not ready. */
async function startOfReadyMs(): Promise<number | undefined> {
  try {
    if (!(await get(PATHS.readiness)).ok) return undefined;
    const answer = await get(PATHS.status);
    if (answer.status === 429 || answer.status >= 500) return undefined;
    return startIn(await answer.text());
  } catch {
    return undefined;
  }
}

function startIn(body: string): number {
  try {
    const { startedAt } = JSON.parse(body) as { startedAt?: string };
    return Date.parse(startedAt ?? '');
  } catch {
    return Number.NaN;
  }
}

function get(path: string): Promise<Response> {
  return fetch(`${url}${path}`, { signal: AbortSignal.timeout(1_000) });
}
