/** Answers that the head of a request decides, and answers to clients that are still sending. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEY, soon, startApp, type TestApp } from './helpers/start-app.ts';

let app: TestApp;
let socket: Socket;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
afterEach(() => {
  socket?.destroy();
});

const BODY = '{"texts":["a"]}';

function head(path: string, headers: Readonly<Record<string, string | number>>): string {
  const all = {
    host: 'a',
    'x-api-key': API_KEY,
    'content-type': 'application/json',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** Sends a head and reads until the text holds what is expected. */
async function open(sent: string, expected: RegExp): Promise<string> {
  let received = '';
  socket = app.client.connect();
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    received += chunk;
  });
  socket.write(sent);
  while (!expected.test(received)) await once(socket, 'data');
  return received;
}

describe('a client that sends Expect: 100-continue', () => {
  it.each([
    [413, '/v1/inference', { 'content-length': 99_999_999 }],
    [415, '/v1/inference', { 'content-type': 'text/plain' }],
    [415, '/v1/inference', { 'content-encoding': 'gzip' }],
    [415, '/v1/inference', { 'content-type': 'application/json; charset=iso-8859-1' }],
    [401, '/v1/inference', { 'x-api-key': '' }],
    [403, '/v1/inference', { 'x-api-key': 'wrong' }],
    [404, '/v1/nothing', {}],
    [405, '/livez', {}],
    [417, '/v1/inference', { expect: '200-ok' }],
  ])(
    'gets %i without a 100 before it if the head decides: %s %j',
    async (status, path, headers) => {
      const sent = head(path, { 'content-length': 15, expect: '100-continue', ...headers });
      const received = await open(sent, /\r\n\r\n\{.*\}$/s);
      expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(received).toContain('application/problem+json');
    },
  );

  it('gets 100 if the head is accepted, and the answer after the body', async () => {
    const sent = head('/v1/inference', { 'content-length': BODY.length, expect: '100-Continue' });
    expect(await open(sent, /\r\n\r\n$/)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write(BODY);
    const [answer] = await once(socket, 'data');
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('a client that still sends its body', () => {
  it.each([
    [413, '/v1/inference', { 'content-length': 2_000_000 }],
    [401, '/v1/inference', { 'content-length': 2_000_000, 'x-api-key': '', connection: 'close' }],
    [404, '/v1/nothing', { 'content-length': 2_000_000, connection: 'close' }],
    [405, '/livez', { 'content-length': 2_000_000, connection: 'close' }],
  ])(
    'gets %i from %s, and can send the rest before the connection closes',
    async (status, path, headers) => {
      const received = await open(head(path, headers), /\r\n\r\n\{.*\}$/s);
      expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} .*connection: close`, 'is'));
      const failures: Error[] = [];
      socket.on('error', (error) => failures.push(error));
      for (let sent = 0; sent < 2_000_000; sent += 100_000) {
        await new Promise((resolve) => socket.write(Buffer.alloc(100_000), resolve));
      }
      socket.end();
      await once(socket, 'close');
      expect(failures).toEqual([]);
    },
  );

  it('gets 431 while its headers are still arriving', async () => {
    const part = `x-filler: ${'x'.repeat(20_000)}\r\n`;
    const received = await open(`GET / HTTP/1.1\r\nhost: a\r\n${part}`, /\r\n\r\n\{.*\}$/s);
    expect(received).toMatch(/^HTTP\/1.1 431 /);
    const failures: Error[] = [];
    socket.on('error', (error) => failures.push(error));
    for (let i = 0; i < 20; i++) await new Promise((resolve) => socket.write(part, resolve));
    socket.end();
    await once(socket, 'close');
    expect(failures).toEqual([]);
  });
});

describe('a malformed request behind a valid one', () => {
  it('does not take the place of the answer that is still due', async () => {
    const gate = Promise.withResolvers<void>();
    app.model.gate = gate.promise;
    const scored = app.model.contexts.length;
    socket = app.client.connect();
    socket.write(
      `${head('/v1/inference', { 'content-length': BODY.length })}${BODY}nonsense\r\n\r\n`,
    );
    await soon(() => app.model.contexts.length > scored);
    gate.resolve();
    const received = await text(socket);
    expect(received.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200']);
  });
});

it('answers CONNECT with a problem document', async () => {
  const received = await app.client.raw('CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n');
  expect(received).toMatch(/^HTTP\/1.1 400 .*"code":"invalid_request"/s);
});

it('closes the connection of a client that sends CONNECT before its answer has arrived', async () => {
  socket = app.client.connect();
  socket.write(
    'GET /docs/static/swagger-ui-bundle.js HTTP/1.1\r\nHost: a\r\n\r\nCONNECT a:443 HTTP/1.1\r\n\r\n',
  );
  const received = await text(socket).catch(() => '');
  expect(received).not.toContain('CONNECT is not supported');
  expect(socket.closed || socket.destroyed).toBe(true);
});

it('refuses two Host headers', async () => {
  const received = await app.client.raw(
    'GET /livez HTTP/1.1\r\nHost: a\r\nhost: b\r\nConnection: close\r\n\r\n',
  );
  expect(received).toMatch(/^HTTP\/1.1 400 .*more than one Host header/s);
});
