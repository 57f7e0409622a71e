/** Connections that arrive together, as after a release or from clients that keep none. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listen } from '../../../service/process/listen.ts';
import { nextTurn, soon } from './helpers/soon.ts';
import { startApp, type TestApp } from './helpers/start-app.ts';

/** Enough for each of the service's sockets to get some. */
const CONNECTIONS = 400;
/** As /proc/net/tcp writes the state of a connection. */
const ESTABLISHED = '01';
/** Of 10 ms each. */
const ATTEMPTS = 12_000;
const NEVER = new Int32Array(new SharedArrayBuffer(4));

let app: TestApp;
beforeEach(async () => {
  app = await startApp({
    settings: { drainGraceMs: 50 },
    listenBy: (created) => listen(created, { host: '127.0.0.1', port: 0 }),
  });
});
afterEach(() => app.stop());

/** Holds the event loop until the kernel has all connections, which no turn then waits for. */
function waitUntilQueued({ client }: TestApp): void {
  const local = `:${client.port.toString(16).toUpperCase().padStart(4, '0')}`;
  const isQueued = (line: string) => {
    const [, address, , state] = line.trim().split(/\s+/);
    return address?.endsWith(local) && state === ESTABLISHED;
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const queued = readFileSync('/proc/self/net/tcp', 'latin1').split('\n').filter(isQueued);
    if (queued.length === CONNECTIONS) return;
    Atomics.wait(NEVER, 0, 0, 10);
  }
  throw new Error('The kernel has not taken all connections.');
}

const onLinux = process.platform === 'linux' ? it : it.skip;

describe('many new connections', () => {
  let accepted: Socket[];
  const onAccepted = (message: unknown) => {
    accepted.push((message as { socket: Socket }).socket);
  };
  beforeEach(() => {
    accepted = [];
    subscribe('net.server.socket', onAccepted);
  });
  afterEach(() => {
    unsubscribe('net.server.socket', onAccepted);
  });

  onLinux('are accepted within a few turns of the event loop', async () => {
    const sockets = Array.from({ length: CONNECTIONS }, () => app.client.connect());
    await new Promise<void>((resolve) => process.nextTick(resolve));
    waitUntilQueued(app);
    let turns = 0;
    for (; accepted.length < CONNECTIONS; turns += 1) await nextTurn();
    expect(turns).toBeLessThan(CONNECTIONS / 4);
    for (const socket of sockets) socket.destroy();
  });

  it('get answers to requests that the HTTP parser rejects', async () => {
    const answers = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => app.client.raw('hello there\r\n\r\n')),
    );
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1.1 400 .*"invalid_request"/s);
  });

  it('are closed in a drain and followed by no others, whether they are idle or have sent a part of a request', async () => {
    const idle = Array.from({ length: CONNECTIONS }, () => app.client.connect());
    const ended = idle.map((socket) => once(socket.resume(), 'close'));
    const answers = Array.from({ length: CONNECTIONS }, () =>
      app.client.raw('GET /v1/status HTTP/1.1\r\nHost: a\r\n'),
    );
    await soon(() => accepted.length === 2 * CONNECTIONS);
    await soon(() => accepted.filter(({ bytesRead }) => bytesRead > 0).length === CONNECTIONS);
    app.lifecycle.enter('draining');
    await app.app.close();
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1.1 503 /);
    await Promise.all(ended);
    await expect(once(app.client.connect(), 'connect')).rejects.toThrow('ECONNREFUSED');
  });
});
