import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';

const START_TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 50;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address ? address.port : Number.NaN;
}

/** CPU time of a process so far, in clock ticks of 10 ms. */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

/** Share of one core that a process uses over a second. */
async function cpuShare(pid: number): Promise<number> {
  const before = cpuTicks(pid);
  await new Promise((later) => setTimeout(later, 1_000));
  return (cpuTicks(pid) - before) / 100;
}

/** A module that has Node write a warning to stderr. */
const WARN_ON_SIGUSR2 = `data:text/javascript,${encodeURIComponent(
  "process.on('SIGUSR2', () => process.emitWarning('of the test'))",
)}`;

const BY_A_SHELL = ['sh', '-c', 'eval "$SERVICE"'] as const;
const inATerminal = (command: string) =>
  ['script', '--quiet', '--command', command, '/dev/null'] as const;
const IN_A_TERMINAL = inATerminal('eval "$SERVICE"');
/** It writes to the terminal, but belongs to another session: closing it sends no signal. */
const BESIDE_A_TERMINAL = inATerminal('setsid --wait sh -c "$SERVICE"');

describe('the log', () => {
  let service: ChildProcess | undefined;
  let url = '';
  let pid = 0;

  afterEach(() => {
    if (pid > 0 && service?.exitCode === null) process.kill(pid, 'SIGKILL');
    service?.kill('SIGKILL');
  });

  /**
   * Starts the service by a shell, which keeps its process id through `exec`.
   *
   * @param command runs the shell's script, which it finds in $SERVICE
   * @param options.redirect where the shell sends the service's output: `>/dev/full`
   */
  async function start(
    command: readonly [string, ...string[]],
    { redirect = '', nodeOptions = '' } = {},
  ) {
    const folder = mkdtempSync(join(tmpdir(), 'log-output-'));
    const pidFile = join(folder, 'pid');
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const script = `echo $$ >'${pidFile}'; exec '${process.execPath}' '${resolve('dist/main.js')}' ${redirect}`;
    const [file, ...args] = command;
    service = spawn(file, args, {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        PORT: String(port),
        MODELS_DIR: resolve('models'),
        NODE_OPTIONS: nodeOptions,
        SERVICE: script,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await untilReady(service);
    pid = Number(readFileSync(pidFile, 'utf8'));
    return service;
  }

  async function untilReady(child: ChildProcess): Promise<void> {
    const deadlineMs = performance.now() + START_TIMEOUT_MS;
    while (child.exitCode === null && performance.now() < deadlineMs) {
      const { ok } = await fetch(`${url}/readyz`).catch(() => ({ ok: false }));
      if (ok) return;
      await new Promise((later) => setTimeout(later, POLL_INTERVAL_MS));
    }
    throw new Error(`The service is not ready (exit code ${child.exitCode})`);
  }

  async function expectAnAnswerAtRest(): Promise<void> {
    const answer = await fetch(`${url}/v1/inference`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ texts: ['I love this phone'] }),
    });
    expect(await answer.json()).toMatchObject({ results: [{ sentimentAnalyst: 'positive' }] });
    expect(await cpuShare(pid)).toBeLessThan(0.3);
  }

  it('is text for people on a terminal', async () => {
    const child = await start(IN_A_TERMINAL);
    let shown = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
    process.kill(pid, 'SIGTERM');
    await once(child, 'close');
    expect(shown).toMatch(/INFO.*: .*feature store: in memory/);
  }, 60_000);

  it('that goes to a full disk does not keep the service from answering and ending', async () => {
    const child = await start(BY_A_SHELL, { redirect: '>/dev/full' });
    await expectAnAnswerAtRest();
    process.kill(pid, 'SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  }, 60_000);

  it('whose terminal is gone, without a signal, does not keep the service from answering and ending', async () => {
    const child = await start(BESIDE_A_TERMINAL);
    child.kill('SIGKILL');
    await once(child, 'close');
    await expectAnAnswerAtRest();
    process.kill(pid, 'SIGTERM');
    await expect(ended()).resolves.toBe(true);
  }, 60_000);

  it('that nobody reads does not keep the service from answering and ending', async () => {
    const child = await start(BY_A_SHELL, { nodeOptions: `--import=${WARN_ON_SIGUSR2}` });
    child.stdout?.destroy();
    child.stderr?.destroy();
    for (let warning = 0; warning < 3; warning++) process.kill(pid, 'SIGUSR2');
    await expectAnAnswerAtRest();
    process.kill(pid, 'SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  }, 60_000);

  it('does not keep the service from draining when its terminal is closed', async () => {
    const child = await start(IN_A_TERMINAL);
    process.kill(pid, 'SIGHUP');
    expect(await once(child, 'exit')).toEqual([0, null]);
  }, 60_000);

  /** Whether a process that is no child of this one has ended within some seconds. */
  async function ended(): Promise<boolean> {
    for (let attempt = 0; attempt < 100; attempt++) {
      try {
        process.kill(pid, 0);
      } catch {
        pid = 0;
        return true;
      }
      await new Promise((later) => setTimeout(later, POLL_INTERVAL_MS));
    }
    return false;
  }
});
