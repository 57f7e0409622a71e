import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MetricsServer } from '../../../service/telemetry/metrics-server.ts';

const HOST = '127.0.0.1';

let collected: number;
let server: MetricsServer;
let port: number;
beforeEach(async () => {
  collected = 0;
  server = new MetricsServer({
    contentType: 'text/plain',
    exposition: async () => {
      collected += 1;
      return 'requests_total 1\n';
    },
  });
  port = await server.listen(HOST, 0);
});
afterEach(() => server.close());

describe('the metrics server', () => {
  it('answers one request after the other on a connection', async () => {
    for (const count of [1, 2]) {
      const answer = await fetch(`http://${HOST}:${port}/metrics`);
      expect(await answer.text()).toBe('requests_total 1\n');
      expect(collected).toBe(count);
    }
  });

  it('closes a connection that sends a request before its answer, and collects for the first', async () => {
    const socket = connect(port, HOST).resume();
    socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(10_000));
    // A reset, if the client is still sending.
    await once(socket, 'close').catch(() => undefined);
    expect(collected).toBe(1);
  });
});
