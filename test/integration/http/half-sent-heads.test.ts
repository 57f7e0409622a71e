import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { residentBytes } from '../../helpers/resident-bytes.ts';
import { ServiceProcess } from '../../helpers/service-process.ts';

const CONNECTIONS = 2_000;
const MIB = 1_048_576;

let service: ServiceProcess;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await service?.stop();
});

/** Headers of 13 bytes, all together below the limit of 16 KiB. */
const small = Array.from({ length: 900 }, (_, index) => `X${100 + index}: yyyyy\r\n`).join('');

it.each([
  ['900 headers', small],
  ['a header of 15,000 bytes', `X: ${'y'.repeat(15_000)}`],
])('2,000 connections that send %s and no end take less than 80 MiB', async (_, headers) => {
  service = await ServiceProcess.start({ TWEET_SOURCE: 'fixture' });
  const { pid = 0 } = service.child;
  await service.get('/v1/status');
  const before = residentBytes(pid);
  const port = Number(new URL(service.url).port);
  sockets = Array.from({ length: CONNECTIONS }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  );
  await Promise.all(
    sockets.map(async (socket) => {
      await once(socket, 'connect');
      socket.write(`GET /livez HTTP/1.1\r\nHost: a\r\n${headers}`);
    }),
  );
  let most = 0;
  for (let probe = 0; probe < 20; probe++) {
    expect((await service.get('/livez')).status).toBe(200);
    most = Math.max(most, residentBytes(pid));
  }
  expect((most - before) / MIB).toBeLessThan(80);
});
