import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { judgePolicy } from '../../../cli/doctor/customer-key.ts';

const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const STAGE = { stage: 'prod', bulk: false, webFirewall: false };
const IAM = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::123456789012:root' },
  Action: 'kms:*',
};
/** The statements of docs/stage-configuration.md, with the region and account of the key. */
const [LOGS, DELIVERY] = statementsOfDocs();

function statementsOfDocs() {
  const document = readFileSync('docs/stage-configuration.md', 'utf8');
  const [, section = ''] = document.split('**A key of the customer.**');
  return [...section.matchAll(/```json\n(.*?)```/gs)]
    .slice(0, 2)
    .map(([, json = '']) =>
      JSON.parse(json.replaceAll('REGION', 'eu-central-1').replaceAll('ACCOUNT', '123456789012')),
    );
}

const judge = (...statements: readonly object[]) =>
  judgePolicy(JSON.stringify({ Statement: statements }), KEY, STAGE);

/** The statement for logs, bound to other logs. */
const logsOf = (...arns: readonly string[]) => ({
  ...LOGS,
  Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arns } },
});

describe('the policy of a customer key', () => {
  it('is right with the statement of docs/stage-configuration.md beside that of a new key', () => {
    expect(judge(IAM, LOGS)).toMatchObject({ state: 'ok' });
  });

  it.each([
    [
      'this stage',
      logsOf('arn:aws:logs:eu-central-1:123456789012:log-group:tweet-sentiment-prod-*'),
    ],
    ['several regions', logsOf('arn:aws:logs:us-east-1:*', 'arn:aws:logs:eu-*:123456789012:*')],
  ])('is right when the statement for logs names those of %s', (_logs, statement) => {
    expect(judge(IAM, statement)).toMatchObject({ state: 'ok' });
  });

  it('may deny what is not needed, or only under a condition', () => {
    const deny = { Effect: 'Deny', Principal: '*' };
    const statements = [
      { ...deny, Action: 'kms:ScheduleKeyDeletion' },
      { ...deny, Action: 'kms:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ];
    expect(judge(IAM, LOGS, ...statements)).toMatchObject({ state: 'ok' });
  });

  it.each<[string, readonly object[], string]>([
    ['has no statement for logs', [IAM], 'may not kms:Encrypt, kms:Decrypt'],
    [
      'allows logs of another region',
      [IAM, { ...LOGS, Principal: { Service: 'logs.us-east-1.amazonaws.com' } }],
      'may not kms:Encrypt',
    ],
    ['denies logs', [IAM, { ...LOGS, Effect: 'Deny' }], 'may not kms:Encrypt'],
    [
      'names the logs of another region',
      [IAM, logsOf('arn:aws:logs:us-east-1:123456789012:log-group:*')],
      'logs.eu-central-1.amazonaws.com may not kms:Encrypt',
    ],
    [
      'names another log group',
      [IAM, logsOf('arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/other')],
      'may not kms:Encrypt',
    ],
    [
      'denies data keys to everyone',
      [IAM, LOGS, { Effect: 'Deny', Principal: { AWS: '*' }, Action: 'kms:GenerateDataKey*' }],
      'may not kms:GenerateDataKey',
    ],
    [
      'leaves out data keys',
      [
        IAM,
        { ...LOGS, Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:DescribeKey'] },
      ],
      'may not kms:GenerateDataKey',
    ],
  ])('fails when it %s', (_fault, statements, found) => {
    expect(judge(...statements)).toMatchObject({
      state: 'fail',
      found: expect.stringContaining(found),
      remedy: expect.stringContaining('"A key of the customer"'),
    });
  });

  it('is a warning when IAM of the account may not allow its use', () => {
    expect(judge(LOGS)).toMatchObject({
      state: 'warn',
      found: expect.stringContaining('kms:CreateGrant'),
    });
  });

  it('is read without regard to the case of actions, from a single statement, too', () => {
    const both = { ...LOGS, Principal: { Service: LOGS.Principal.Service, AWS: '123456789012' } };
    const policy = JSON.stringify({ Statement: { ...both, Action: 'KMS:*' } });
    expect(judgePolicy(policy, KEY, STAGE)).toMatchObject({ state: 'ok' });
  });

  it("must allow the firewall's log group, whose name begins in another way", () => {
    const stages = 'arn:aws:logs:eu-central-1:123456789012:log-group:tweet-sentiment-prod-*';
    const firewalls = 'arn:aws:logs:eu-central-1:123456789012:log-group:aws-waf-logs-*';
    const behind = (...statements: readonly object[]) =>
      judgePolicy(JSON.stringify({ Statement: statements }), KEY, { ...STAGE, webFirewall: true });
    expect(behind(IAM, LOGS)).toMatchObject({ state: 'ok' });
    expect(behind(IAM, logsOf(stages, firewalls))).toMatchObject({ state: 'ok' });
    expect(behind(IAM, logsOf(stages))).toMatchObject({
      state: 'fail',
      found: expect.stringMatching(
        /may not kms:Encrypt, .* for aws-waf-logs-tweet-sentiment-prod$/,
      ),
    });
  });

  it('must allow the delivery of logs where a stage scores in bulk', () => {
    const bulk = (...statements: readonly object[]) =>
      judgePolicy(JSON.stringify({ Statement: statements }), KEY, { ...STAGE, bulk: true });
    expect(bulk(IAM, LOGS, DELIVERY)).toMatchObject({ state: 'ok' });
    expect(bulk(IAM, LOGS)).toMatchObject({
      state: 'fail',
      found: 'delivery.logs.amazonaws.com may not kms:Decrypt',
      remedy: expect.stringContaining('"A key of the customer"'),
    });
    const elsewhere = {
      StringEquals: { 'kms:EncryptionContext:SourceArn': 'arn:aws:logs:us-east-1:123456789012:*' },
    };
    expect(bulk(IAM, LOGS, { ...DELIVERY, Condition: elsewhere })).toMatchObject({ state: 'fail' });
    expect(bulk(IAM)).toMatchObject({
      found: expect.stringMatching(/^logs\.eu-central-1\..* may not .*; delivery\.logs\./),
    });
  });
});
