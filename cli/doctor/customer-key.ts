import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { StageConfig } from '../../lib/stage-config.ts';
import { deploymentName } from '../../service/contract/deployment.ts';
import { otherRegion, regionOf, unlessMissing } from './aws-answers.ts';
import type { Check, Finding } from './finding.ts';
import { allowed, parsePolicy } from './key-policy.ts';

/** Checks of `kmsKeyArn`; none without one. */
export function keyChecks(config: StageConfig): Check[] {
  const { kmsKeyArn } = config;
  return kmsKeyArn === undefined
    ? []
    : [
        { name: 'customer key', run: (signal) => checkKey(kmsKeyArn, signal) },
        { name: 'key policy', run: (signal) => checkPolicy(kmsKeyArn, config, signal) },
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

/**
 * CloudWatch Logs uses the key by the policy, and so does the delivery of Step Functions' log. ElastiCache,
 * S3, Firehose and the roles of a stage use it by IAM: Firehose by a grant that the deployment makes.
 */
const LOGS_ACTIONS = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:GenerateDataKey',
  'kms:DescribeKey',
];
const LOG_DELIVERY = 'delivery.logs.amazonaws.com';
const LOG_DELIVERY_ACTIONS = ['kms:Decrypt'];
const IAM_ACTIONS = ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'];

/** Names the log groups; with `bulk` there is a state machine, whose log the key encrypts. */
type KeyedStage = Pick<StageConfig, 'stage' | 'bulk' | 'webFirewall'>;

async function checkPolicy(
  KeyId: string,
  stage: KeyedStage,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const client = new KMSClient({});
  const { Policy = '' } = await client.send(new GetKeyPolicyCommand({ KeyId }), { abortSignal });
  return judgePolicy(Policy, KeyId, stage);
}

/** Judges what the policy allows. Of its conditions, only those on the ARN of a log are evaluated. */
export function judgePolicy(
  policy: string,
  keyArn: string,
  { stage, bulk, webFirewall }: KeyedStage,
): Finding {
  const statements = parsePolicy(policy);
  const [, partition, , region, account = ''] = keyArn.split(':');
  const missingFor = (principals: readonly string[], actions: readonly string[], logArn?: string) =>
    actions.filter((action) => !allowed(statements, principals, action, logArn));
  const anyLog = `arn:${partition}:logs:${region}:${account}:`;
  const name = deploymentName(stage);
  const groups = [`${name}-service-TaskLog`, ...(webFirewall ? [`aws-waf-logs-${name}`] : [])];
  const logPrincipals = [`logs.${region}.amazonaws.com`, 'logs.amazonaws.com'];
  const logs = groups
    .map((group) => ({
      group,
      missing: missingFor(logPrincipals, LOGS_ACTIONS, `${anyLog}log-group:${group}`),
    }))
    .find(({ missing }) => missing.length > 0);
  const delivery = bulk ? missingFor([LOG_DELIVERY], LOG_DELIVERY_ACTIONS, `${anyLog}*`) : [];
  const iam = missingFor([account, `arn:${partition}:iam::${account}:root`], IAM_ACTIONS);
  if (logs !== undefined || delivery.length > 0) {
    const faults = [
      ...(logs === undefined
        ? []
        : [`logs.${region}.amazonaws.com may not ${logs.missing.join(', ')} for ${logs.group}`]),
      ...(delivery.length > 0 ? [`${LOG_DELIVERY} may not ${delivery.join(', ')}`] : []),
    ];
    return {
      state: 'fail',
      found: faults.join('; '),
      remedy:
        'Put the statements of docs/stage-configuration.md, "A key of the customer", into its policy, with the region and account of the stage, and let no other statement deny these actions.',
    };
  }
  return iam.length > 0
    ? {
        state: 'warn',
        found: `IAM of account ${account} may not allow ${iam.join(', ')}`,
        remedy: `Let arn:${partition}:iam::${account}:root use the key, as the default policy does, or name the deploying role and every role of the stacks in its policy.`,
      }
    : {
        state: 'ok',
        found: `CloudWatch Logs${bulk ? ', the delivery of logs' : ''} and IAM of the account may use it`,
      };
}
