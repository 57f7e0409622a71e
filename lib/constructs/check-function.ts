import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { givenSecret, grantKeyUse } from '../encryption.ts';
import { retention } from '../retention.ts';
import type { StageConfig } from '../stage-config.ts';
import type { CheckOrigin } from './check-origin.ts';

const VPC_POLICY = 'service-role/AWSLambdaVPCAccessExecutionRole';

/** Callers' keys, of which a function that checks the service uses the first; undefined: none. */
export function callerKeys(scope: Construct, config: StageConfig): ISecret | undefined {
  return config.apiKeysSecretArn === undefined
    ? undefined
    : givenSecret(scope, 'ApiKeys', config, config.apiKeysSecretArn);
}

/** Options that the functions that check the service share: log, role, network and runtime. */
export function checkFunctionOptions(scope: Construct, config: StageConfig, origin: CheckOrigin) {
  const logGroup = new logs.LogGroup(scope, 'Log', retention(scope, config));
  const role = new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    // Also outside the VPC: with it, Lambda deletes the network interfaces of a function that leaves the
    // VPC, and those of the hook's earlier versions.
    managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName(VPC_POLICY)],
  });
  acknowledge(role, {
    [`IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${VPC_POLICY}]`]:
      'The managed policy with which Lambda makes and deletes the network interfaces of a function.',
  });
  logGroup.grantWrite(role);
  grantKeyUse(role, config, 'kms:Decrypt');
  return {
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    handler: 'handler.handler',
    memorySize: 256,
    role,
    logGroup,
    ...origin.functionOptions,
  };
}
