import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AdminClient } from '../../../../cli/clients/admin-client.ts';

interface Scripted {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Answers as scripted, one request each; the last answer is repeated. */
let script: (Scripted | 'no answer')[];
let asked: { method?: string | undefined; path?: string | undefined; token?: string | undefined }[];
let server: Server;
let announced: string[];
let waits: number[];

beforeEach(async () => {
  asked = [];
  announced = [];
  waits = [];
  server = createServer((request, response) => {
    const { method, url, headers } = request;
    asked.push({ method, path: url, token: headers.authorization });
    const next = script.length > 1 ? script.shift() : script[0];
    if (next === 'no answer') {
      request.destroy();
      return;
    }
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

/** A client that notes its waits instead of waiting. */
function client(): AdminClient {
  return new AdminClient({
    ...options(),
    pause: async (ms) => {
      waits.push(ms);
    },
  });
}

function options(signal = new AbortController().signal) {
  const { port } = server.address() as AddressInfo;
  const announce = (message: string) => void announced.push(message);
  return { url: `http://127.0.0.1:${port}`, token: 'secret', announce, signal };
}

describe('a call of an admin route', () => {
  it('sends the token and returns the JSON', async () => {
    script = [{ status: 200, body: { removed: 1 } }];
    expect(await client().call('DELETE', '/v1/admin/x')).toEqual({ removed: 1 });
    expect(asked).toEqual([{ method: 'DELETE', path: '/v1/admin/x', token: 'Bearer secret' }]);
  });

  it.each([429, 502, 503, 504])('is repeated after status %i and Retry-After', async (status) => {
    script = [
      { status, headers: { 'retry-after': '7' } },
      { status: 200, body: 'done' },
    ];
    expect(await client().call('POST', '/a', {})).toBe('done');
    expect(waits).toEqual([7_000]);
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['-5', 1_000],
    ['0', 1_000],
    ['0.5', 1_000],
    ['soon', 1_000],
    ['9'.repeat(400), 900_000],
    ['Sun, 29 Nov 2026 00:00:30 GMT', 30_000],
    ['Sun, 29 Nov 2026 00:00:00 GMT', 1_000],
    ['Mon, 29 Nov 2027 00:00:00 GMT', 900_000],
  ])('waits a bounded time for Retry-After: %s', async (header, ms) => {
    const headers = { 'retry-after': header, date: 'Sun, 29 Nov 2026 00:00:00 GMT' };
    script = [
      { status: 503, headers },
      { status: 200, body: 'done' },
    ];
    await client().call('POST', '/a', {});
    expect(waits).toEqual([ms]);
  });

  it('announces the reason for a long wait', async () => {
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

  it('waits up to 30 s between attempts, for two and a half minutes in all', async () => {
    script = [{ status: 503, headers: { 'retry-after': '1' } }];
    await expect(client().call('POST', '/a', {})).rejects.toThrow(/status 503: As the test says/);
    expect(asked).toHaveLength(10);
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 30, 30].map((seconds) => seconds * 1_000));
  });

  it('that exceeds its deadline is repeated; if its body is divisible, it fails after Retry-After', async () => {
    const late = {
      ...{ status: 503, headers: { 'retry-after': '3' } },
      body: { code: 'overloaded', detail: 'Too late.', exceedsDeadline: true },
    };
    script = [late, { status: 200, body: 'done' }];
    expect(await client().call('POST', '/a', {})).toBe('done');
    script = [late];
    const whole = client().call('POST', '/a', {}, { isDivisible: true });
    await expect(whole).rejects.toMatchObject({ refusal: { exceedsDeadline: true } });
    expect([asked.length, waits]).toEqual([3, [3_000, 3_000]]);
    expect(announced).toEqual(Array(2).fill(expect.stringMatching(/Too late: waiting until/)));
  });

  it('is repeated when a service that has answered does not answer any more', async () => {
    script = [{ status: 200, body: 'one' }, 'no answer', { status: 200, body: 'two' }];
    const service = client();
    expect(await service.call('POST', '/a', {})).toBe('one');
    expect(await service.call('POST', '/a', {})).toBe('two');
    expect([asked.length, waits]).toEqual([3, [1_000]]);
  });

  it('is repeated as a whole when a service hangs, also with a divisible body', async () => {
    script = [{ status: 200, body: 'one' }];
    const service = client();
    await service.call('POST', '/a', {}, { isDivisible: true });
    const reason = Object.assign(new Error('timed out'), { name: 'TimeoutError' });
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort(reason));
    const hanging = service.call('POST', '/a', {}, { isDivisible: true });
    await expect(hanging).rejects.toThrow(/No service answers .*timed out/);
    timeout.mockRestore();
    expect(waits).toHaveLength(9);
  });

  it('fails after one attempt when no service has answered yet', async () => {
    script = ['no answer'];
    await expect(client().call('POST', '/a', {})).rejects.toThrow(/No service answers at http:/);
    expect(asked).toHaveLength(1);
  });

  it.each([
    [401, /Set ADMIN_TOKEN/],
    [403, /ADMIN_TOKEN is not a token/],
    [404, /Restart the service with ADMIN_TOKEN/],
    [400, /status 400: As the test says/],
    [500, /status 500/],
  ])('fails after one attempt with status %i and names the remedy', async (status, message) => {
    script = [{ status }];
    await expect(client().call('POST', '/a', {})).rejects.toThrow(message);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['https://api.example.com:443/a?b=c', 'https://api.example.com'],
    ['/other', undefined],
  ])('does not follow a redirect to %s, and names its address', async (location, origin) => {
    script = [{ status: 301, headers: { location } }, { status: 200 }];
    const { url } = options();
    await expect(client().call('POST', '/a', {})).rejects.toThrow(
      `${url} redirects to ${origin ?? url}; give the address of the service by --url.`,
    );
    expect(asked).toHaveLength(1);
  });

  it('never includes the token in an error', async () => {
    script = [{ status: 403 }];
    await expect(client().call('POST', '/a')).rejects.not.toThrow(/secret/);
  });

  it('ends its wait when the tool is interrupted', async () => {
    script = [{ status: 503, headers: { 'retry-after': '3600' } }];
    const interruption = new AbortController();
    const call = new AdminClient(options(interruption.signal)).call('POST', '/a', {});
    await once(server, 'request');
    interruption.abort(new Error('interrupted'));
    await expect(call).rejects.toThrow(/interrupted|aborted/);
  });
});
