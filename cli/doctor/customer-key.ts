import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { StageConfig } from '../../lib/stage-config.ts';
import { otherRegion, regionOf, unlessMissing } from './aws-answers.ts';
import type { Check, Finding } from './finding.ts';
import { allowed, parsePolicy } from './key-policy.ts';

/** Checks of `kmsKeyArn`; none without one. */
export function keyChecks({ kmsKeyArn }: StageConfig): Check[] {
  return kmsKeyArn === undefined
    ? []
    : [
        { name: 'customer key', run: (signal) => checkKey(kmsKeyArn, signal) },
        { name: 'key policy', run: (signal) => checkPolicy(kmsKeyArn, signal) },
      ];
}

async function checkKey(KeyId: string, abortSignal: AbortSignal): Promise<Finding> {
  const remedy =
    'Give the ARN of an enabled symmetric key for encryption, of the region deployed to.';
  return unlessMissing('NotFound', { found: 'missing', remedy }, async () => {
    const client = new KMSClient({});
    const region = await client.config.region();
    if (regionOf(KeyId) !== region) return otherRegion(KeyId, region, remedy);
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }), { abortSignal });
    const { KeyState, KeySpec, KeyUsage } = KeyMetadata ?? {};
    const found = `${KeyState}, ${KeySpec}, ${KeyUsage}`;
    return found === 'Enabled, SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT'
      ? { state: 'ok', found }
      : { state: 'fail', found, remedy };
  });
}

/** CloudWatch Logs uses the key by the policy; ElastiCache, S3 and the roles of a stage by IAM. */
const LOGS_ACTIONS = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:GenerateDataKey',
  'kms:DescribeKey',
];
const IAM_ACTIONS = ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'];

async function checkPolicy(KeyId: string, abortSignal: AbortSignal): Promise<Finding> {
  const client = new KMSClient({});
  const { Policy = '' } = await client.send(new GetKeyPolicyCommand({ KeyId }), { abortSignal });
  return judgePolicy(Policy, KeyId);
}

/** Judges what the policy allows; its conditions and denials are not evaluated. */
export function judgePolicy(policy: string, keyArn: string): Finding {
  const statements = parsePolicy(policy);
  const [, partition, , region, account = ''] = keyArn.split(':');
  const missingFor = (principals: readonly string[], actions: readonly string[]) =>
    actions.filter((action) => !allowed(statements, principals, action));
  const logs = missingFor([`logs.${region}.amazonaws.com`, 'logs.amazonaws.com'], LOGS_ACTIONS);
  const iam = missingFor([account, `arn:${partition}:iam::${account}:root`], IAM_ACTIONS);
  if (logs.length > 0) {
    return {
      state: 'fail',
      found: `logs.${region}.amazonaws.com may not ${logs.join(', ')}`,
      remedy: 'Add the statement of docs/operations.md, "A key of the customer", to its policy.',
    };
  }
  return iam.length > 0
    ? {
        state: 'warn',
        found: `IAM of account ${account} may not allow ${iam.join(', ')}`,
        remedy: `Let arn:${partition}:iam::${account}:root use the key, as the default policy does, or name the deploying role and every role of the stacks in its policy.`,
      }
    : { state: 'ok', found: 'CloudWatch Logs and IAM of the account may use it' };
}
