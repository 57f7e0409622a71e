/** Connections of a draining process whose clients do not do their part. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../helpers/eventually.ts';
import { API_KEY, closed, soon, startApp, type TestApp } from './helpers/start-app.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp({ settings: { drainGraceMs: 50 } });
});
afterEach(() => app.stop());

const HEAD = `POST /v1/inference HTTP/1.1\r\nHost: a\r\nX-API-Key: ${API_KEY}\r\nContent-Type: application/json\r\n`;

describe('closing', () => {
  it('refuses a request whose body does not arrive, and does not wait for its client', async () => {
    const answer = app.client.raw(`${HEAD}Content-Length: 50\r\n\r\n{"texts"`);
    await once(app.app.server, 'request');
    app.lifecycle.enter('draining');
    await app.app.close();
    expect(await answer).toMatch(/^HTTP\/1.1 503 .*connection: close.*"shutting_down"/is);
  });

  it('refuses a request whose head has arrived in part', async () => {
    const accepted = once(app.app.server, 'connection');
    const answer = app.client.raw('GET /v1/status HTTP/1.1\r\nHost: a\r\n');
    const [socket] = await accepted;
    await soon(() => socket.bytesRead > 0);
    app.lifecycle.enter('draining');
    await app.app.close();
    expect(await answer).toMatch(/^HTTP\/1.1 503 .*"shutting_down"/s);
  });

  it('does not wait for a client that does not read its answer', async () => {
    const socket = app.client.connect();
    socket.on('error', () => undefined);
    // Not read at all: after some answers the sockets' buffers are full.
    const accepted = once(app.app.server, 'connection');
    socket.pause();
    const [served] = await accepted;
    socket.write('GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(90));
    await soon(() => served.writableLength > 0);
    app.lifecycle.enter('draining');
    await app.app.close();
    await closed(served);
    socket.destroy();
  });

  it('does not wait for a client that does not read a file', async () => {
    const socket = app.client.connect();
    socket.on('error', () => undefined);
    const accepted = once(app.app.server, 'connection');
    socket.pause();
    const [served] = await accepted;
    const request = 'GET /docs/static/swagger-ui-bundle.js HTTP/1.1\r\nHost: a\r\n\r\n';
    socket.write(request.repeat(20));
    // The buffers are full when nothing moves any more.
    let written = -1;
    await eventually(async () => {
      const before = written;
      written = served.bytesWritten;
      expect(served.writableLength).toBeGreaterThan(0);
      expect(written).toBe(before);
    });
    app.lifecycle.enter('draining');
    await app.app.close();
    await closed(served);
    socket.destroy();
  });
});
