import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCertificate } from '../../helpers/certificate.ts';
import { connectedStore } from '../../helpers/connected-store.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { RedisServer } from '../../helpers/redis-server.ts';
import { anId, IDENTITY } from '../../port-suites/feature-store-contract.ts';

let folder: string;
let redis: RedisServer;
let proxy: Server;
let certificate: string;
const serverNames: unknown[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'feature-store-tls-'));
  const { certificateFile, ...secure } = makeCertificate(folder, 'localhost');
  certificate = certificateFile;
  redis = await RedisServer.start();
  proxy = createServer(secure, (client: TLSSocket) => {
    serverNames.push(client.servername);
    const upstream = connect(redis.port, '127.0.0.1');
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.pipe(upstream).pipe(client);
  });
  proxy.listen(0, 'localhost');
  await once(proxy, 'listening');
});

afterAll(async () => {
  proxy.close();
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
});

function url(): string {
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
  return `rediss://localhost:${address.port}`;
}

describe('a rediss:// address', () => {
  it('connects by TLS with its host name when its certificate is trusted', async () => {
    const path = fileURLToPath(new URL('load.ts', import.meta.url));
    const load = spawn(process.execPath, [path, url(), 'patient'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
    });
    const lines: string[] = [];
    createInterface({ input: load.stdout }).on('line', (line) => {
      lines.push(line);
      if (line === 'hit') load.stdin.end();
    });
    await once(load, 'close', { signal: AbortSignal.timeout(540_000) });
    const report = JSON.parse(lines.at(-1) ?? '');
    expect(report).toMatchObject({ failures: 0, wrongRows: 0, logLines: 0, lastReadWorked: true });
    expect(report.hits).toBeGreaterThan(0);
    expect(new Set(serverNames)).toEqual(new Set(['localhost']));
  });

  it('does not connect when its certificate is not trusted', async () => {
    const logger = new RecordedLog();
    const store = await connectedStore({
      url: url(),
      keyPrefix: 'tls:',
      identity: IDENTITY,
      metrics: new RecordedMetrics(),
      logger,
    });
    await expect(store.getTweets([anId()])).rejects.toThrow('Features could not be read');
    expect(logger.lines[0]?.fields).toEqual({ reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    await store.close();
  });
});
