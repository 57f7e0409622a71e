import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { ServiceProcess } from '../helpers/service-process.ts';
import { durationMs, lowest } from './measure.ts';

const BOUND_MS = 500;

it('/livez answers within 500 ms while 40 clients pipeline 1,600 requests for /openapi.json', async () => {
  const service = await ServiceProcess.start({ TWEET_SOURCE: 'fixture' });
  const port = Number(new URL(service.url).port);
  const measure = async () => {
    const sockets = Array.from({ length: 40 }, () => connect(port, '127.0.0.1').pause());
    for (const socket of sockets) {
      socket.on('error', () => undefined);
      socket.write('GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1_600));
    }
    let slowest = 0;
    for (let probe = 0; probe < 10; probe++) {
      slowest = Math.max(slowest, await durationMs(() => service.get('/livez')));
    }
    for (const socket of sockets) socket.destroy();
    return slowest;
  };
  try {
    expect(await lowest(BOUND_MS, measure)).toBeLessThan(BOUND_MS);
  } finally {
    await service.stop();
  }
});
