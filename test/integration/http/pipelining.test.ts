import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { residentBytes } from '../../helpers/resident-bytes.ts';
import { ServiceProcess } from '../../helpers/service-process.ts';

const CONNECTIONS = 40;
const MIB = 1_048_576;

let service: ServiceProcess;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await service?.stop();
});

/** Connections that send their requests at once and read nothing. */
async function flood(path: string, requests: number): Promise<void> {
  const port = Number(new URL(service.url).port);
  sockets = Array.from({ length: CONNECTIONS }, () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    return socket.pause();
  });
  for (const socket of sockets) {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(requests));
  }
  await Promise.all(sockets.map((socket) => socket.connecting && once(socket, 'connect')));
}

it.each([
  ['1,600', '/openapi.json', 1_600],
  ['1,600', '/docs/static/swagger-ui-bundle.js', 1_600],
  // Few enough to be answered one after the other.
  ['100', '/openapi.json', 100],
  ['100', '/docs/json', 100],
])(
  '40 clients that pipeline %s requests for %s and read nothing take less than 150 MiB',
  async (_, path, requests) => {
    service = await ServiceProcess.start({ TWEET_SOURCE: 'fixture' });
    const { pid = 0 } = service.child;
    // A process that has served some requests, as one in use.
    for (let i = 0; i < 200; i++) await (await service.get(path)).arrayBuffer();
    const before = residentBytes(pid);
    await flood(path, requests);
    let most = 0;
    for (let probe = 0; probe < 20; probe++) {
      expect((await service.get('/livez')).status).toBe(200);
      most = Math.max(most, residentBytes(pid));
    }
    expect((most - before) / MIB).toBeLessThan(150);
  },
);
