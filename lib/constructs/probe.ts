import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { givenSecret, grantKeyUse } from '../encryption.ts';
import { retention } from '../retention.ts';
import type { StageConfig } from '../stage-config.ts';
import { bundledCode } from './bundled-code.ts';
import type { CheckOrigin } from './check-origin.ts';

export interface ProbeProps {
  readonly config: StageConfig;
  /** Address of the load balancer, without a slash at the end. */
  readonly url: string;
  readonly origin: CheckOrigin;
}

const HANDLER = fileURLToPath(new URL('../golden-hook/probe.ts', import.meta.url));
const PERIOD = Duration.minutes(5);

/** Asks the service for one text every five minutes, also when no caller does. */
export class Probe extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, { config, url, origin }: ProbeProps) {
    super(scope, id);
    const apiKeys =
      config.apiKeysSecretArn === undefined
        ? undefined
        : givenSecret(this, 'ApiKeys', config, config.apiKeysSecretArn);
    const logGroup = new logs.LogGroup(this, 'Log', retention(this, config));
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    origin.grantNetwork(role);
    grantKeyUse(role, config, 'kms:Decrypt');
    const probe = new lambda.Function(this, 'Function', {
      description: 'Asks the service for one text, as a caller does',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'handler.handler',
      code: bundledCode(HANDLER),
      memorySize: 256,
      // Two attempts of 10 s, a pause of 5 s, and a cold start.
      timeout: Duration.seconds(40),
      // The next one comes in five minutes anyway.
      retryAttempts: 0,
      role,
      logGroup,
      ...origin.functionOptions,
      environment: {
        PROBE_URL: url,
        ...(apiKeys && { API_KEYS_SECRET_ARN: apiKeys.secretArn }),
        ...(config.domainName !== undefined && { SERVER_NAME: config.domainName }),
      },
    });
    apiKeys?.grantRead(probe);
    new events.Rule(this, 'Schedule', {
      description: 'Probes the service',
      schedule: events.Schedule.rate(PERIOD),
      targets: [new LambdaFunction(probe, { retryAttempts: 0 })],
    });
    this.functionName = probe.functionName;
  }
}
