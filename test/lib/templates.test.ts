import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { copyBuildContext } from '../../script/image/lib/build-context.ts';
import { cdk } from '../helpers/cdk.ts';

const CERTIFICATE = 'certificateArn=arn:aws:acm:us-east-1:123456789012:certificate/abc';
/** Both stages with the least that they need, and with everything that is optional. */
const VARIANTS = {
  dev: ['stage=dev'],
  prod: ['stage=prod', CERTIFICATE],
  'dev with everything': [
    'stage=dev',
    'offlineStore=true',
    'bulk=true',
    'webFirewall=true',
    'spot=true',
    'vpcCidr=10.20.0.0/18',
    'zones=3',
    'zoneNames=us-east-1a,us-east-1b,us-east-1d',
    'imageBuild=codebuild',
    'tags={"cost-center":"1234"}',
  ],
  'prod with everything': [
    'stage=prod',
    'offlineStore=true',
    'domainName=sentiment.example.org',
    'hostedZoneId=Z0123456789ABC',
    'hostedZoneName=example.org',
    'alertEmail=someone@example.org',
    'monthlyBudgetUsd=600',
    'xBearerTokenSecretArn=arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf',
    'apiKeysSecretArn=arn:aws:secretsmanager:us-east-1:123456789012:secret:k-AbCdEf',
    'allowedCidrs=203.0.113.0/24,198.51.100.7/32',
  ],
  'prod in the network of a company': [
    'stage=prod',
    CERTIFICATE,
    'offlineStore=true',
    'bulk=true',
    'alertEmail=someone@example.org',
    'apiKeysSecretArn=arn:aws:secretsmanager:us-east-1:123456789012:secret:k-AbCdEf',
    'vpcId=vpc-0123456789abcdef0',
    'loadBalancerSubnetIds=subnet-0a1b2c3d,subnet-0a1b2c3e',
    'taskSubnetIds=subnet-0a1b2c3f,subnet-0a1b2c40',
    'storeSubnetIds=subnet-0a1b2c41,subnet-0a1b2c42',
    'loadBalancer=internal',
    'tags={"cost-center":"1234"}',
    'permissionsBoundaryArn=arn:aws:iam::123456789012:policy/boundary',
    'kmsKeyArn=arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555',
  ],
} as const;
/** Warnings that are meant: a prod stage with the least that it needs. */
const WARNINGS: Partial<Record<keyof typeof VARIANTS, readonly unknown[]>> = {
  prod: [
    expect.stringMatching(/^This prod stage answers everyone: no apiKeysSecretArn is given/),
    expect.stringMatching(/^Alarms of this prod stage send no e-mail: no alertEmail is given/),
  ],
};
const NAMES = Object.keys(VARIANTS) as (keyof typeof VARIANTS)[];

/** An address without a listener: any use of the network fails. */
const NO_NETWORK = {
  HTTP_PROXY: 'http://127.0.0.1:9',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  AWS_EC2_METADATA_DISABLED: 'true',
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'templates-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const assemblyOf = (name: string) => join(folder, name.replaceAll(' ', '-'));

describe.each(NAMES)('synthesis of %s', (name) => {
  it('passes every validation without credentials, look-ups or network', async () => {
    const context = VARIANTS[name].flatMap((entry) => ['-c', entry]);
    const warnings = WARNINGS[name] ?? [];
    // With --strict a warning fails, too.
    const strict = warnings.length === 0 ? ['--strict'] : [];
    const args = ['synth', '--quiet', ...strict, '--output', assemblyOf(name), ...context];
    const output = await cdk(args, NO_NETWORK);
    expect(output).not.toContain('ERROR');
    const warned = [...output.matchAll(/^WARNING (.*) \(Annotation\)$/gm)];
    expect(warned.map(([, text]) => text)).toEqual(warnings);
    expect(output.match(/WARNING/g) ?? []).toHaveLength(warnings.length);
    const manifest = JSON.parse(readFileSync(join(assemblyOf(name), 'manifest.json'), 'utf8'));
    expect(manifest.missing).toBeUndefined();
  });
});

describe('synthesis', () => {
  it('of prod without a certificate or domain fails with the remedy', async () => {
    await expect(cdk(['synth', '--quiet', '-c', 'stage=prod'])).rejects.toThrow(
      'certificateArn: a prod stage answers on HTTPS only; give -c certificateArn=ARN, or -c domainName=NAME',
    );
  });

  it('takes into the image what a build takes, and nothing else', () => {
    const [asset] = globSync(join(assemblyOf('dev'), 'asset.*', 'Dockerfile'));
    const context = copyBuildContext();
    try {
      const files = (root: string) =>
        readdirSync(root, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
          .toSorted();
      const staged = files(asset!.slice(0, -'/Dockerfile'.length));
      expect(staged).toEqual(files(context));
      expect(staged).toContain('/service/main.ts');
      expect(
        staged.filter((path) => /^\/(lib|bin|test|docs|dist|node_modules)\//.test(path)),
      ).toEqual([]);
    } finally {
      rmSync(context, { recursive: true });
    }
  });
});
