import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCertificate } from '../helpers/certificate.ts';

/** The name in the certificate; the load balancer itself is called otherwise. */
const NAME = 'sentiment.example.org';

let folder: string;
let certificateFile: string;
let listener: Server;
/** Names that the hook asked for in the handshake. */
const askedFor: unknown[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'golden-hook-tls-'));
  const { certificateFile: file, ...secure } = makeCertificate(folder, NAME);
  certificateFile = file;
  listener = createServer(secure, (_request, response) => void response.end('answered'));
  listener.on('secureConnection', ({ servername }) => void askedFor.push(servername));
  await new Promise<void>((listening) => listener.listen(0, 'localhost', listening));
});
afterAll(() => {
  listener.close();
  rmSync(folder, { recursive: true });
});

/** Output of the hook's client, in a separate process, which can be given trusted certificates. */
async function post({ trusted = true, serverName = undefined as string | undefined }) {
  const { port } = listener.address() as AddressInfo;
  const endpoint = {
    url: `https://localhost:${port}`,
    headers: {},
    timeoutMs: 5_000,
    attempts: 1,
    pauseMs: 0,
    serverName,
  };
  const program = `
    import { post } from './lib/check-functions/post.ts';
    const tell = (text) => process.stdout.write(text);
    await post(${JSON.stringify(endpoint)}, '{}').then(tell, (error) => tell(error.message));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module-typescript', '--eval', program],
    {
      env: { PATH: process.env.PATH, ...(trusted && { NODE_EXTRA_CA_CERTS: certificateFile }) },
      timeout: 540_000,
    },
  );
  return stdout;
}

describe('the golden hook at a listener with a certificate', () => {
  it('takes any name where none is configured: with the certificate alone', async () => {
    expect(await post({})).toBe('answered');
    expect(askedFor.at(-1)).toBe('localhost');
  });

  it('wants the name that is configured', async () => {
    expect(await post({ serverName: NAME })).toBe('answered');
    expect(askedFor.at(-1)).toBe(NAME);
    expect(await post({ serverName: 'other.example.org' })).toMatch(/No answer .* does not match/);
  });

  it('wants a certificate that is valid, whatever its name', async () => {
    expect(await post({ trusted: false })).toMatch(/No answer .* self-signed certificate/);
  });
});
