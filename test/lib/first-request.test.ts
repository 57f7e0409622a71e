import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeCertificate } from '../helpers/certificate.ts';
import { CONTEXT, synthesize } from './synthesize.ts';

/** The name in the certificate, to which nothing points yet. */
const NAME = 'sentiment.example.org';
const KEYS = {
  apiKeysSecretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-AbCdEf',
};

let folder: string;
let certificateFile: string;
let loadBalancer: Server;
let seen: { readonly host: string | undefined; readonly key: unknown; readonly body: string }[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'first-request-'));
  const { certificateFile: file, ...secure } = makeCertificate(folder, NAME);
  certificateFile = file;
  loadBalancer = createServer(secure, async (request: IncomingMessage, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    seen.push({ host: request.headers.host, key: request.headers['x-api-key'], body });
    response.end('answered');
  });
  await new Promise<void>((listening) => loadBalancer.listen(0, 'localhost', listening));
});
afterAll(() => {
  loadBalancer.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  seen = [];
});

/** An output as someone reads it once deployed, the load balancer being at `localhost`. */
function output(context: object, id: string): string | undefined {
  const found = synthesize({ ...CONTEXT.prod, ...context })
    .of('service')
    .findOutputs(id)[id];
  if (!found) return undefined;
  const value = found.Value as string | { 'Fn::Join': [string, unknown[]] } | object;
  if (typeof value === 'string') return value;
  if (!('Fn::Join' in value)) return 'localhost';
  const [separator, parts] = value['Fn::Join'] as [string, unknown[]];
  return parts.map((part) => (typeof part === 'string' ? part : 'localhost')).join(separator);
}

/** Output of the printed command, with the port and the root certificate of this test. */
async function run(command: string): Promise<string> {
  const { port } = loadBalancer.address() as AddressInfo;
  const here = command
    .replace('::localhost:', `::localhost:${port}`)
    .replace('https://localhost/', `https://localhost:${port}/`)
    .replace('curl ', `curl --max-time 10 --cacert '${certificateFile}' `);
  const { stdout } = await promisify(execFile)('sh', ['-c', here]);
  return stdout;
}

describe('the first request that the outputs name', () => {
  it('is answered with the certificate alone, whose name only its owner knows', async () => {
    const command = String(output({}, 'TryIt'));
    expect(await run(command)).toBe('answered');
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ texts: ['I love this phone'] });
    // Without the switch it is not: the load balancer's own name is in no certificate.
    await expect(run(command.replace(' --insecure', ''))).rejects.toThrow();
  });

  it('sends no key to whom the certificate does not name', async () => {
    const command = String(output(KEYS, 'TryIt'));
    expect(command).not.toContain('--insecure');
    await expect(run(command)).rejects.toThrow();
    expect(seen).toEqual([]);
    expect(await run(command.replace('NAME', NAME))).toBe('answered');
    expect(seen[0]).toMatchObject({ host: NAME, key: 'KEY' });
  });

  it('checks the name that is configured, before an address points there', async () => {
    const command = String(output({ domainName: NAME }, 'TryIt'));
    expect(command).not.toContain('--insecure');
    expect(await run(command)).toBe('answered');
    expect(seen[0]?.host).toBe(NAME);
  });

  it('needs no more than the name where the address is made too', () => {
    const zone = { hostedZoneId: 'Z0123456789ABC', hostedZoneName: 'example.org' };
    expect(output({ domainName: NAME, ...zone }, 'TryIt')).toMatch(
      /^curl -s https:\/\/sentiment\.example\.org\/v1\/inference -H/,
    );
    expect(output({ domainName: NAME, ...zone }, 'PointYourDomainTo')).toBeUndefined();
  });
});

it.each([
  ['without a name', {}],
  ['with a name', { domainName: NAME }],
])('tells where to point the name of a given certificate, %s', (_with, context) => {
  expect(output(context, 'PointYourDomainTo')).toBe('localhost');
});
