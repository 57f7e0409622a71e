import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { givenSecret, grantKeyUse } from '../encryption.ts';
import { retention } from '../retention.ts';
import type { StageConfig } from '../stage-config.ts';
import type { CheckOrigin } from './check-origin.ts';

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
  });
  logGroup.grantWrite(role);
  origin.grantNetwork(role);
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
