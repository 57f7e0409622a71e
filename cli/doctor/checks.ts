import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import {
  DescribeSecretCommand,
  type DescribeSecretResponse,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { StageConfig } from '../../lib/stage-config.ts';
import { otherRegion, regionOf, unlessMissing } from './aws-answers.ts';
import { certificateCheck } from './certificate.ts';
import { checkContainerEngine } from './container-engine.ts';
import { keyChecks } from './customer-key.ts';
import { checkDeployedValues } from './deployed-values.ts';
import { networkChecks } from './existing-network.ts';
import type { Check, Finding } from './finding.ts';
import { checkModelFiles } from './model-files.ts';
import { vcpuChecks } from './vcpu-quotas.ts';

const DEFAULT_QUALIFIER = 'hnb659fds';

const ROLES = {
  'ecs.amazonaws.com': 'AWSServiceRoleForECS',
  'ecs.application-autoscaling.amazonaws.com': 'AWSServiceRoleForApplicationAutoScaling_ECSService',
  'elasticache.amazonaws.com': 'AWSServiceRoleForElastiCache',
  'elasticloadbalancing.amazonaws.com': 'AWSServiceRoleForElasticLoadBalancing',
} as const;

/** All checks that apply to the configuration. @param qualifier of the bootstrap */
export function checksOf(config: StageConfig, qualifier = DEFAULT_QUALIFIER): Check[] {
  const secrets = (['xBearerTokenSecretArn', 'adminTokenSecretArn', 'apiKeysSecretArn'] as const)
    .map((key) => ({ key, arn: config[key] }))
    .filter(({ arn }) => arn !== undefined);
  return [
    { name: 'credentials', required: true, run: checkCredentials },
    { name: 'bootstrap', run: (signal) => checkBootstrap(qualifier, signal) },
    ...vcpuChecks(config),
    ...Object.entries(ROLES).map(([service, role]) => ({
      name: role.replace('AWSServiceRoleFor', 'role '),
      run: (signal: AbortSignal) => checkRole(service, role, signal),
    })),
    ...(config.certificateArn === undefined
      ? []
      : [{ name: 'certificate', run: certificateCheck(config, config.certificateArn) }]),
    ...secrets.map(({ key, arn = '' }) => ({ name: key, run: secretCheck(arn, config.kmsKeyArn) })),
    ...(config.hostedZoneId === undefined
      ? []
      : [{ name: 'hosted zone', run: zoneCheck(config, config.hostedZoneId) }]),
    ...networkChecks(config),
    ...keyChecks(config),
    { name: 'values', run: (signal) => checkDeployedValues(config, signal) },
    { name: 'model files', run: () => checkModelFiles(config) },
    { name: 'container engine', run: (signal) => checkContainerEngine(config, signal) },
  ];
}

async function checkCredentials(abortSignal: AbortSignal): Promise<Finding> {
  const client = new STSClient({});
  const { Account } = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
  return { state: 'ok', found: `account ${Account}, region ${await client.config.region()}` };
}

/** Older ones fail the rule of every template. */
export const LEAST_BOOTSTRAP_VERSION = 6;

async function checkBootstrap(qualifier: string, abortSignal: AbortSignal): Promise<Finding> {
  const Name = `/cdk-bootstrap/${qualifier}/version`;
  const remedy = 'Run npx cdk bootstrap -c stage=NAME in this account and region.';
  return unlessMissing('ParameterNotFound', { found: `no parameter ${Name}`, remedy }, async () => {
    const { Parameter } = await new SSMClient({}).send(new GetParameterCommand({ Name }), {
      abortSignal,
    });
    const version = Number(Parameter?.Value);
    return version >= LEAST_BOOTSTRAP_VERSION
      ? { state: 'ok', found: `version ${version}` }
      : {
          state: 'fail',
          found: `version ${Parameter?.Value}, older than ${LEAST_BOOTSTRAP_VERSION}`,
          remedy,
        };
  });
}

async function checkRole(service: string, RoleName: string, abortSignal: AbortSignal) {
  const remedy = `Run aws iam create-service-linked-role --aws-service-name ${service}.`;
  return unlessMissing('NoSuchEntity', { found: 'missing', remedy }, async () => {
    await new IAMClient({}).send(new GetRoleCommand({ RoleName }), { abortSignal });
    return { state: 'ok', found: 'there' };
  });
}

function secretCheck(SecretId: string, kmsKeyArn: string | undefined): Check['run'] {
  const remedy = 'Create the secret in the region deployed to, and give its whole ARN.';
  return (abortSignal) =>
    unlessMissing('ResourceNotFound', { found: 'missing', remedy }, async () => {
      const client = new SecretsManagerClient({});
      const region = await client.config.region();
      if (regionOf(SecretId) !== region) return otherRegion(SecretId, region, remedy);
      return judgeSecret(
        await client.send(new DescribeSecretCommand({ SecretId }), { abortSignal }),
        kmsKeyArn,
      );
    });
}

/**
 * Tasks that need a secret cannot start if it was created without a value, which leaves no version, or if
 * it is under a key that the roles of the stage may not use.
 */
export function judgeSecret(
  {
    DeletedDate,
    VersionIdsToStages = {},
    KmsKeyId,
  }: Pick<DescribeSecretResponse, 'DeletedDate' | 'VersionIdsToStages' | 'KmsKeyId'>,
  kmsKeyArn: string | undefined,
): Finding {
  if (DeletedDate !== undefined) {
    const remedy = 'Restore it: aws secretsmanager restore-secret.';
    return { state: 'fail', found: 'to be deleted', remedy };
  }
  if (!Object.values(VersionIdsToStages).flat().includes('AWSCURRENT')) {
    const remedy = 'Give it a value: aws secretsmanager put-secret-value.';
    return { state: 'fail', found: 'has no value', remedy };
  }
  if (KmsKeyId === undefined || mayBeUsed(KmsKeyId, kmsKeyArn)) {
    return { state: 'ok', found: 'there' };
  }
  return {
    // An alias may name kmsKeyArn, and the policy of another key may name the roles.
    state: 'warn',
    found: `encrypted with ${KmsKeyId}`,
    remedy:
      'Roles of the stage get the right to use kmsKeyArn and the key of AWS only: aws secretsmanager update-secret --kms-key-id alias/aws/secretsmanager, or that of kmsKeyArn; else the policy of this key must name them.',
  };
}

/** @param secretKey ARN, id or alias, as it was given to Secrets Manager */
function mayBeUsed(secretKey: string, kmsKeyArn: string | undefined): boolean {
  return (
    secretKey.endsWith('alias/aws/secretsmanager') ||
    secretKey === kmsKeyArn ||
    secretKey === kmsKeyArn?.split('/').at(-1)
  );
}

function zoneCheck({ hostedZoneName }: StageConfig, Id: string): Check['run'] {
  const remedy = 'Give hostedZoneId and hostedZoneName of one public zone of this account.';
  return (abortSignal) =>
    unlessMissing('NoSuchHostedZone', { found: `no zone ${Id}`, remedy }, async () => {
      const { HostedZone } = await new Route53Client({}).send(new GetHostedZoneCommand({ Id }), {
        abortSignal,
      });
      const name = HostedZone?.Name?.replace(/\.$/, '');
      const fits = name === hostedZoneName && HostedZone?.Config?.PrivateZone !== true;
      return fits
        ? { state: 'ok', found: name ?? '' }
        : { state: 'fail', found: `zone of ${name}`, remedy };
    });
}
