/**
 * Real HTTP clients read an answer that comes while they still send. The tests of clients that are not
 * installed are skipped.
 */
import { execFile, spawnSync } from 'node:child_process';
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

/** Runs a client that is installed. @returns the statuses that it prints */
async function statusesOf(command: string, ...args: readonly (string | number)[]) {
  const { stdout } = await run(command, args.map(String), { cwd: folder });
  return new Set(stdout.trim().split('\n'));
}

/** `it`, or `it.skip` where a command that only looks for a client fails. */
const itWith = (command: string, ...args: readonly string[]) =>
  spawnSync(command, args).status === 0 ? it : it.skip;

describe('the refusal of a body while it is sent', () => {
  const refusals: [status: string, path: string][] = [
    ['413', '/v1/inference'],
    ['401', '/v1/admin/tweets'],
    ['404', '/nothing'],
    ['405', '/livez'],
  ];

  for (const client of ['urllib', 'small_buffer', 'requests', 'httpx', 'aiohttp']) {
    const module = client === 'small_buffer' ? 'http.client' : client;
    itWith(
      PYTHON,
      '-c',
      `import ${module}`,
    )(`reaches Python with ${client}`, async () => {
      for (const [status, path] of refusals) {
        const args = [file('client.py'), client, service.url + path, ATTEMPTS, ...SIZES];
        expect(await statusesOf(PYTHON, ...args)).toEqual(new Set([status]));
      }
    });
  }

  itWith('go', 'version')('reaches Go', async () => {
    await run('go', ['build', '-o', 'client', file('client.go')], { cwd: folder });
    const args = [`${service.url}/v1/inference`, ATTEMPTS, ...SIZES];
    expect(await statusesOf('./client', ...args)).toEqual(new Set(['413']));
  });

  itWith('java', '-version')('reaches Java', async () => {
    const args = [file('Client.java'), `${service.url}/v1/inference`, ATTEMPTS, ...SIZES];
    expect(await statusesOf('java', ...args)).toEqual(new Set(['413']));
  });

  for (const header of ['Expect: 100-continue', 'Expect:']) {
    itWith('curl', '--version')(`reaches curl with "${header}"`, async () => {
      for (const size of SIZES) {
        const body = join(folder, 'body');
        writeFileSync(body, Buffer.alloc(size));
        const options = ['-s', '-o', '/dev/null', '-w', '%{http_code}', '-H', header];
        const sent = ['-H', 'content-type: application/json', '--data-binary', `@${body}`];
        expect(
          await statusesOf('curl', ...options, ...sent, `${service.url}/v1/inference`),
        ).toEqual(new Set(['413']));
      }
    });
  }

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
