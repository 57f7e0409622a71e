import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CERTIFICATE_ARN } from './synthesize.ts';

const SYNTHESIS_TIMEOUT_MS = 300_000;

let outdir: string;
let paths: string[];

beforeAll(() => {
  outdir = mkdtempSync(join(tmpdir(), 'asset-modes-'));
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: object };
  const stage = { stage: 'prod', certificateArn: CERTIFICATE_ARN, imageBuild: 'codebuild' };
  execFileSync('bash', ['-c', 'umask 077; exec script/cdk-app'], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...stage }),
    },
    stdio: 'pipe',
  });
  paths = readdirSync(outdir, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.startsWith('asset.'),
  );
}, SYNTHESIS_TIMEOUT_MS);
afterAll(() => rmSync(outdir, { recursive: true }));

describe('assets of a checkout under umask 077', () => {
  it('are the functions of the stage, those of the CDK and the source of the image', () => {
    const names = new Set(paths.map((path) => basename(path)));
    expect([...names]).toEqual(
      expect.arrayContaining(['handler.mjs', 'golden.jsonl', '__entrypoint__.js', 'Dockerfile']),
    );
  });

  it('can be read by everyone, and written by their owner only', () => {
    const wrong = paths.filter(
      (path) => ![0o644, 0o755].includes(statSync(join(outdir, path)).mode & 0o777),
    );
    expect(wrong).toEqual([]);
  });
});
