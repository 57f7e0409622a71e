/**
 * Real HTTP clients read an answer that comes while they still send. Clients that are not installed
 * are skipped, with the reason on standard error.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceProcess } from '../../helpers/service-process.ts';

const MIB = 1_048_576;
const SIZES = [1.2 * MIB, 8 * MIB, 40 * MIB].map(Math.round);
const ATTEMPTS = 2;

/** With the clients that script/test installs, else with those that happen to be there. */
const INSTALLED = resolve('.tools/http-clients/bin/python');
const PYTHON = existsSync(INSTALLED) ? INSTALLED : 'python3';

let service: ServiceProcess;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'http-clients-'));
  service = await ServiceProcess.start({
    TWEET_SOURCE: 'fixture',
    ADMIN_TOKEN: 'token-of-the-test',
  });
});
afterAll(() => service?.stop());

const run = promisify(execFile);
const file = (name: string) => resolve('test/integration/http/clients', name);

/** Statuses that a client prints; undefined, with a message, if the client is not installed. */
async function statusesOf(command: string, ...args: readonly (string | number)[]) {
  try {
    const { stdout } = await run(command, args.map(String), { cwd: folder });
    return stdout.trim().split('\n');
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    const reason = code === 'ENOENT' ? `${command} is not installed` : stderr.trim();
    if (code !== 'ENOENT' && !stderr.startsWith('skipped')) throw error;
    process.stderr.write(`${expect.getState().currentTestName}: ${reason}\n`);
    return undefined;
  }
}

function expectAll(statuses: readonly string[] | undefined, status: string): void {
  if (statuses) expect(new Set(statuses)).toEqual(new Set([status]));
}

describe('the refusal of a body while it is sent', () => {
  const refusals: [status: string, path: string][] = [
    ['413', '/v1/inference'],
    ['401', '/v1/admin/tweets'],
    ['404', '/nothing'],
    ['405', '/livez'],
  ];

  it.each(['urllib', 'small_buffer', 'requests', 'httpx', 'aiohttp'])(
    'reaches Python with %s',
    async (client) => {
      for (const [status, path] of refusals) {
        const args = [file('client.py'), client, service.url + path, ATTEMPTS, ...SIZES];
        expectAll(await statusesOf(PYTHON, ...args), status);
      }
    },
  );

  it('reaches Go', async () => {
    const built = await statusesOf('go', 'build', '-o', 'client', file('client.go'));
    const args = [`${service.url}/v1/inference`, ATTEMPTS, ...SIZES];
    if (built) expectAll(await statusesOf('./client', ...args), '413');
  });

  it('reaches Java', async () => {
    const args = [file('Client.java'), `${service.url}/v1/inference`, ATTEMPTS, ...SIZES];
    expectAll(await statusesOf('java', ...args), '413');
  });

  it.each(['Expect: 100-continue', 'Expect:'])('reaches curl with "%s"', async (header) => {
    for (const size of SIZES) {
      const body = join(folder, 'body');
      writeFileSync(body, Buffer.alloc(size));
      const options = ['-s', '-o', '/dev/null', '-w', '%{http_code}', '-H', header];
      const sent = ['-H', 'content-type: application/json', '--data-binary', `@${body}`];
      expectAll(
        await statusesOf('curl', ...options, ...sent, `${service.url}/v1/inference`),
        '413',
      );
    }
  });

  it('reaches fetch', async () => {
    for (const size of SIZES) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const answer = await fetch(`${service.url}/v1/inference`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: Buffer.alloc(size),
        });
        expect(answer.status).toBe(413);
        await answer.text();
      }
    }
  });
});
