/** Clients that reset their connection, each in another part of a request. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ServiceProcess } from '../../helpers/service-process.ts';

let service: ServiceProcess;
beforeAll(async () => {
  service = await ServiceProcess.start({ RATE_LIMIT_PER_MINUTE: '100000' });
});
afterAll(() => service.stop());

const POST = 'POST /v1/inference HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
const REQUESTS: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['half a request line', 'GET /liv'],
  ['half a head', 'GET /livez HTTP/1.1\r\nHost: a\r\nX-'],
  ['a request', 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['pipelined requests', 'GET /v1/topics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20)],
  ['half a body', `${POST}Content-Length: 50\r\n\r\n{"text":"`],
  ['half a chunk', `${POST}Transfer-Encoding: chunked\r\n\r\n20\r\n{"text":"`],
  ['a broken chunk', `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
  ['a body to a path without one', 'GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab'],
  ['Expect', `${POST}Expect: 100-continue\r\nContent-Length: 50\r\n\r\n`],
  ['another Expect', `${POST}Expect: tea\r\nContent-Length: 50\r\n\r\n`],
  ['no HTTP', '\x16\x03\x01\x02\x00\x01'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['an upgrade', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['CONNECT and data', `CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n${'x'.repeat(100)}`],
  [
    'CONNECT behind a request',
    'GET /livez HTTP/1.1\r\nHost: a\r\n\r\nCONNECT a:1 HTTP/1.1\r\n\r\n',
  ],
  ['too many headers', `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(300)}\r\n`],
];
const DELAYS_MS = [0, 0, 1, 5, 20];

async function sendAndReset(request: string, delayMs: number): Promise<void> {
  const socket = connect({
    port: Number(new URL(service.url).port),
    host: '127.0.0.1',
    // Its own end must not wait for the end of the service's answer.
    allowHalfOpen: true,
  });
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  socket.write(request);
  await wait(delayMs);
  socket.resetAndDestroy();
}

it.each(REQUESTS)('a reset after %s ends nothing but its connection', async (_, request) => {
  for (const delayMs of DELAYS_MS) await sendAndReset(request, delayMs);
  const answer = await fetch(`${service.url}/livez`);
  expect(answer.status).toBe(200);
  expect(service.output).not.toContain('"level":50');
});
