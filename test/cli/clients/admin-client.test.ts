import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AdminClient } from '../../../cli/clients/admin-client.ts';

interface Scripted {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Answers as scripted, one request each; the last answer is repeated. */
let script: Scripted[];
let asked: { method?: string | undefined; path?: string | undefined; token?: string | undefined }[];
let server: Server;
let announced: string[];

beforeEach(async () => {
  asked = [];
  announced = [];
  server = createServer((request, response) => {
    const { method, url, headers } = request;
    asked.push({ method, path: url, token: headers.authorization });
    const next = script.length > 1 ? script.shift() : script[0];
    response.writeHead(next?.status ?? 500, {
      'content-type': 'application/json',
      ...next?.headers,
    });
    response.end(JSON.stringify(next?.body ?? { detail: 'As the test says.' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

function client(signal = new AbortController().signal): AdminClient {
  const { port } = server.address() as AddressInfo;
  const announce = (message: string) => void announced.push(message);
  return new AdminClient({ url: `http://127.0.0.1:${port}`, token: 'secret', announce, signal });
}

describe('a call of an admin route', () => {
  it('shows the token and gives the JSON', async () => {
    script = [{ status: 200, body: { removed: 1 } }];
    expect(await client().call('DELETE', '/v1/admin/x')).toEqual({ removed: 1 });
    expect(asked).toEqual([{ method: 'DELETE', path: '/v1/admin/x', token: 'Bearer secret' }]);
  });

  it.each([429, 502, 503, 504])(
    'is repeated after status %i, as late as it was told',
    async (status) => {
      script = [
        { status, headers: { 'retry-after': '1' } },
        { status: 200, body: 'done' },
      ];
      const startedMs = performance.now();
      expect(await client().call('POST', '/a', {})).toBe('done');
      expect(performance.now() - startedMs).toBeGreaterThanOrEqual(990);
      expect(asked).toHaveLength(2);
    },
  );

  it('says what a long wait is for', async () => {
    script = [
      { status: 503, headers: { 'retry-after': '2' } },
      { status: 200, body: 'done' },
    ];
    await client().call('POST', '/a', {});
    expect(announced).toEqual([
      expect.stringMatching(
        /^The service answered with status 503: As the test says: waiting until \d\d:/,
      ),
    ]);
  });

  it('gives up on a service that never can', async () => {
    script = [{ status: 503, headers: { 'retry-after': '0' } }];
    await expect(client().call('POST', '/a', {})).rejects.toThrow(/status 503: As the test says/);
    expect(asked).toHaveLength(8);
  });

  it.each([
    [401, /Set ADMIN_TOKEN/],
    [403, /ADMIN_TOKEN is not the token/],
    [404, /Restart the service with ADMIN_TOKEN/],
    [400, /status 400: As the test says/],
    [500, /status 500/],
  ])('ends at once with status %i, and says what to do', async (status, message) => {
    script = [{ status }];
    await expect(client().call('POST', '/a', {})).rejects.toThrow(message);
    expect(asked).toHaveLength(1);
  });

  it('never tells the token', async () => {
    script = [{ status: 403 }];
    await expect(client().call('POST', '/a')).rejects.not.toThrow(/secret/);
  });

  it('ends its wait when the tool is interrupted', async () => {
    script = [{ status: 503, headers: { 'retry-after': '3600' } }];
    const interruption = new AbortController();
    const call = client(interruption.signal).call('POST', '/a', {});
    await once(server, 'request');
    interruption.abort(new Error('interrupted'));
    await expect(call).rejects.toThrow(/interrupted|aborted/);
  });
});
