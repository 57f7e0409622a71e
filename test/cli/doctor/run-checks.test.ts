import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checksOf, judgeSecret } from '../../../cli/doctor/checks.ts';
import { compared } from '../../../cli/doctor/deployed-values.ts';
import { bootstrapQualifier, renderRows, rowOf } from '../../../cli/doctor/run-checks.ts';
import { readStageConfig } from '../../../lib/stage-config.ts';

describe('a check of tss doctor', () => {
  it('is unknown, with the reason, when it cannot be made', async () => {
    const run = async () => {
      throw Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
    };
    expect(await rowOf({ name: 'quota', run })).toEqual({
      name: 'quota',
      state: 'unknown',
      found: 'AccessDenied: not authorized',
    });
  });

  it('of the credentials fails when it cannot be made, as it needs no permission', async () => {
    const [check, ...others] = checksOf(readStageConfig({ stage: 'dev' }));
    expect([check?.name, others.some(({ required }) => required)]).toEqual(['credentials', false]);
    const run = async () => {
      throw new Error('Region is missing');
    };
    expect(await rowOf({ ...check!, run })).toMatchObject({
      state: 'fail',
      remedy: expect.stringContaining('AWS_REGION'),
    });
  });

  it('is unknown when its time is over', async () => {
    const run = (signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    expect(await rowOf({ name: 'quota', run }, 1)).toMatchObject({ state: 'unknown' });
  });

  it('is a line of the table, and its remedy a line below', () => {
    const text = renderRows([
      { name: 'roles', state: 'ok', found: 'there' },
      { name: 'quota', state: 'fail', found: '6', remedy: 'Ask for 40.' },
    ]);
    expect(text).toBe('ok    roles  there\nfail  quota  6\n\nquota: Ask for 40.\n');
  });

  it('tells once what to do about a missing region, whatever the number of checks', async () => {
    const run = async () => {
      throw new Error('Region is missing');
    };
    const rows = await Promise.all(['roles', 'quota'].map((name) => rowOf({ name, run })));
    expect(
      renderRows(rows)
        .split('\n')
        .filter((line) => line.includes('AWS_REGION')),
    ).toEqual([
      "roles, quota: give the stage's region: set AWS_REGION, or a profile that has one by AWS_PROFILE",
    ]);
  });
});

describe('the bootstrap that is checked', () => {
  const KEY = '@aws-cdk/core:bootstrapQualifier';
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has the qualifier of the context, else of cdk.json, else of the CDK', async () => {
    const file = join(folder, 'cdk.json');
    writeFileSync(file, JSON.stringify({ context: { [KEY]: 'kept' } }));
    expect(await bootstrapQualifier({ [KEY]: 'given' }, file)).toBe('given');
    expect(await bootstrapQualifier({}, file)).toBe('kept');
    expect(await bootstrapQualifier({})).toBeUndefined();
  });
});

describe('the check of a secret', () => {
  const VersionIdsToStages = { new: ['AWSCURRENT'], old: ['AWSPREVIOUS'] };

  it('is fine for a secret with a value', () => {
    expect(judgeSecret({ VersionIdsToStages }, undefined)).toEqual({ state: 'ok', found: 'there' });
  });

  const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const OTHER = 'arn:aws:kms:eu-central-1:123456789012:key/other';
  const judge = (KmsKeyId: string, kmsKeyArn?: string) =>
    judgeSecret({ VersionIdsToStages, KmsKeyId }, kmsKeyArn);

  it.each([
    ['alias/aws/secretsmanager', undefined],
    ['arn:aws:kms:eu-central-1:123456789012:alias/aws/secretsmanager', KEY],
    [KEY, KEY],
    ['1234abcd-12ab-34cd-56ef-1234567890ab', KEY],
  ])('is fine under a key that tasks may use: %s', (secretKey, kmsKeyArn) => {
    expect(judge(secretKey, kmsKeyArn)).toEqual({ state: 'ok', found: 'there' });
  });

  it.each([
    [OTHER, undefined],
    [OTHER, KEY],
    ['other', KEY],
    ['alias/ours', KEY],
  ])('warns of the key %s, whose policy would have to name the roles', (secretKey, kmsKeyArn) => {
    expect(judge(secretKey, kmsKeyArn)).toEqual({
      state: 'warn',
      found: `encrypted with ${secretKey}`,
      remedy: expect.stringContaining('aws secretsmanager update-secret --kms-key-id'),
    });
  });

  it.each([
    ['was created without a value', {}, 'has no value'],
    ['has no current value', { VersionIdsToStages: { one: ['AWSPENDING'] } }, 'has no value'],
    ['will be deleted', { VersionIdsToStages, DeletedDate: new Date(0) }, 'to be deleted'],
  ])('fails for a secret that %s', (_fault, secret, found) => {
    expect(judgeSecret(secret, undefined)).toMatchObject({
      state: 'fail',
      found,
      remedy: expect.stringContaining('aws secretsmanager '),
    });
  });
});

describe('the check of deployed values', () => {
  const config = readStageConfig({ stage: 'dev', maxTasks: 4 });

  it('is fine where nothing is lost', () => {
    expect(compared('{"stage":"dev","maxTasks":3}', config)).toEqual({
      state: 'ok',
      found: '1 differ from those deployed',
    });
  });

  it('warns of a value that the deployment would lose', () => {
    expect(compared('{"stage":"dev","maxTasks":4,"minTasks":2}', config)).toMatchObject({
      state: 'warn',
      remedy: expect.stringContaining("minTasks: deployed 2, next 1, the preset's; write it into"),
    });
  });

  it('fails for a value that AWS cannot change', () => {
    expect(
      compared('{"stage":"dev","maxTasks":4,"loadBalancer":"internal"}', config),
    ).toMatchObject({
      state: 'fail',
      remedy: expect.stringContaining('use a stage of another name'),
    });
  });
});
