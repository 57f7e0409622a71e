import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { ServiceProcess } from '../../helpers/service-process.ts';

const ADMIN_TOKEN = 'admin-token-of-the-test';

/** The command that script/start --sample runs beside the service. */
async function run(pid: number, port: string) {
  const args = ['script/lib/populate-sample.ts', String(pid)];
  const helper = spawn(process.execPath, args, {
    env: { ADMIN_TOKEN, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 540_000,
  });
  const [[code], said] = await Promise.all([once(helper, 'close'), text(helper.stdout)]);
  return { code, said };
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

it('the sample is not waited with when the service has ended', async () => {
  const service = await ServiceProcess.start({ TWEET_SOURCE: 'fixture' });
  await service.stop();
  expect(await run(service.child.pid ?? 0, new URL(service.url).port)).toEqual({
    code: 1,
    said: '',
  });
});
