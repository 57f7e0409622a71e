import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { ServiceProcess } from '../helpers/service-process.ts';
import { XApiStub } from '../helpers/x-api-stub.ts';
import { durationMs, lowest } from './measure.ts';

const BOUND_MS = 3_000;

it('an idle service with open connections ends within 3 s of SIGTERM', async () => {
  const measure = async () => {
    const service = await ServiceProcess.start({ TWEET_SOURCE: 'fixture' });
    const { port } = new URL(service.url);
    const idle = connect(Number(port), '127.0.0.1');
    idle.write('GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(idle, 'data');
    return durationMs(() => service.stop());
  };
  expect(await lowest(BOUND_MS, measure)).toBeLessThan(BOUND_MS);
});

it('a service with SHUTDOWN_TIMEOUT_MS=1000 and a request that hangs ends within 3 s of SIGTERM', async () => {
  const stub = await XApiStub.start({ tweets: [] });
  const measure = async () => {
    stub.script('hang');
    const service = await ServiceProcess.start({
      X_BEARER_TOKEN: 'token-of-the-test',
      X_API_URL: stub.url,
      SHUTDOWN_TIMEOUT_MS: '1000',
      SINGLE_DEADLINE_MS: '60000',
      TWEET_SOURCE_TIMEOUT_MS: '60000',
    });
    service.tweet('https://x.com/a/status/7').catch(() => undefined);
    await stub.nextRequest();
    return durationMs(() => service.stop());
  };
  try {
    expect(await lowest(BOUND_MS, measure)).toBeLessThan(BOUND_MS);
  } finally {
    await stub.close();
  }
});
