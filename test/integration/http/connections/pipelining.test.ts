import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Pipelining } from '../../../../service/http/connections/pipelining.ts';
import { closed, soon } from '../helpers/start-app.ts';

let server: Server;
let socket: Socket;
let started: { readonly path: string | undefined; readonly response: ServerResponse }[];
beforeEach(async () => {
  started = [];
  const pipelining = new Pipelining(({ url }, response) => {
    started.push({ path: url, response });
  });
  server = createServer((request, response) => pipelining.accept(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
});
afterEach(() => {
  socket.destroy();
  server.closeAllConnections();
  server.close();
});

const get = (path: string | number, ...headers: string[]) =>
  [`GET /${path} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n');
const paths = () => started.map(({ path }) => path);

describe('pipelined requests of one connection', () => {
  it('start one at a time, each after the answer to the one before', async () => {
    socket.write(get('a') + get('b') + get('c', 'Connection: close'));
    const answers = text(socket);
    for (const [index, path] of ['/a', '/b', '/c'].entries()) {
      await soon(() => started.length > index);
      expect(paths().at(-1)).toBe(path);
      expect(started).toHaveLength(index + 1);
      started[index]?.response.end(path);
    }
    expect([...(await answers).matchAll(/\r\n\r\n(\/\w)/g)].map(([, path]) => path)).toEqual([
      '/a',
      '/b',
      '/c',
    ]);
  });

  it('are read on when the waiting ones have started', async () => {
    socket.write(get('a') + get('b'));
    await soon(() => started.length === 1);
    socket.write(get('c'));
    for (let index = 0; index < 3; index++) {
      await soon(() => started.length > index);
      started[index]?.response.end();
    }
    expect(paths()).toEqual(['/a', '/b', '/c']);
  });

  it('do not start after an answer that closes the connection', async () => {
    socket.write(get('a') + get('b'));
    await soon(() => started.length === 1);
    started[0]?.response.setHeader('connection', 'close').end();
    await text(socket);
    expect(paths()).toEqual(['/a']);
  });

  it('cut the connection off if more than 100 wait', async () => {
    socket.on('error', () => undefined);
    socket.write(Array.from({ length: 102 }, (_, index) => get(index)).join(''));
    await closed(socket.resume());
    expect(paths()).toEqual(['/0']);
  });

  // 64,000 of them with stack traces held the event loop for a second.
  it('end with errors without stack traces if the connection is cut off', () => {
    // In a separate process: Jest's Error is not the one that Node makes errors of.
    const program = join(import.meta.dirname, '../programs/cut-off.ts');
    const { cutOff, later } = JSON.parse(
      execFileSync(process.execPath, [program], { encoding: 'utf8' }),
    );
    expect(cutOff.length).toBeGreaterThan(100);
    expect(new Set(cutOff)).toEqual(new Set(['Error: aborted']));
    expect(later).toContain('\n');
  });

  it('may be 100 besides the one that is answered', async () => {
    socket.write(Array.from({ length: 101 }, (_, index) => get(index)).join(''));
    socket.resume();
    for (let index = 0; index < 101; index++) {
      await soon(() => started.length > index);
      started[index]?.response.end();
    }
    expect(started).toHaveLength(101);
  });
});
