import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { PATHS } from '../../../service/contract/http.ts';
import { ServiceProcess } from '../../helpers/service-process.ts';

const ADMIN_TOKEN = 'admin-token-of-the-test';

/** The command that script/start --sample runs beside the service. */
async function run(pid: number, port: string, earliestStartSeconds = 0) {
  const args = ['script/lib/populate-sample.ts', String(pid), String(earliestStartSeconds)];
  const helper = spawn(process.execPath, args, {
    env: { ADMIN_TOKEN, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 540_000,
  });
  const [[code], said, complaint] = await Promise.all([
    once(helper, 'close'),
    text(helper.stdout),
    text(helper.stderr),
  ]);
  return { code, said, complaint };
}

it('the sample is sent once the service is ready, and the page is named', async () => {
  const service = await ServiceProcess.start({ ADMIN_TOKEN, TWEET_SOURCE: 'fixture' });
  try {
    const { code, said } = await run(service.child.pid ?? 0, new URL(service.url).port);
    expect([code, said]).toEqual([
      0,
      expect.stringMatching(/sample: 4\d\d stored\nThe sample is stored: look at http:\S+\/\n$/),
    ]);
    const users = (await (await service.get('/v1/users')).json()) as { users: unknown[] };
    expect(users.users).toHaveLength(10);
  } finally {
    await service.stop();
  }
});

it('the sample is sent also if the first answers about the status are late or refused', async () => {
  const service = await ServiceProcess.start({ ADMIN_TOKEN, TWEET_SOURCE: 'fixture' });
  const faults: ((response: ServerResponse) => void)[] = [
    () => {},
    (response) => response.writeHead(429).end(),
  ];
  const proxy = createServer((received, response) => {
    const fault = received.url === PATHS.status ? faults.shift() : undefined;
    if (fault !== undefined) return fault(response);
    const { method, headers } = received;
    const sent = request(`${service.url}${received.url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    received.pipe(sent);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  try {
    const { port } = proxy.address() as AddressInfo;
    const { code, said } = await run(service.child.pid ?? 0, String(port));
    expect([code, said]).toEqual([0, expect.stringContaining('The sample is stored')]);
    expect(faults).toEqual([]);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
    await service.stop();
  }
});

it('the sample is not waited with when the service has ended', async () => {
  const service = await ServiceProcess.start({ TWEET_SOURCE: 'fixture' });
  await service.stop();
  expect(await run(service.child.pid ?? 0, new URL(service.url).port)).toMatchObject({
    code: 1,
    said: '',
  });
});

it('the sample is not sent to another service, which had the port before', async () => {
  const other = await ServiceProcess.start({ ADMIN_TOKEN, TWEET_SOURCE: 'fixture' });
  try {
    const year2100 = 4_102_444_800;
    expect(await run(process.pid, new URL(other.url).port, year2100)).toEqual({
      code: 1,
      said: '',
      complaint: `Another service answers at ${other.url}; the sample was not sent.\n`,
    });
    expect(await (await other.get('/v1/users')).json()).toMatchObject({ users: [] });
  } finally {
    await other.stop();
  }
});
