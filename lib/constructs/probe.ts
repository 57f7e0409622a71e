import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { StageConfig } from '../stage-config.ts';
import { bundledCode } from './bundled-code.ts';
import { callerKeys, checkFunctionOptions } from './check-function.ts';
import type { CheckOrigin } from './check-origin.ts';

export interface ProbeProps {
  readonly config: StageConfig;
  /** Address of the load balancer, without a slash at the end. */
  readonly url: string;
  readonly origin: CheckOrigin;
}

const HANDLER = fileURLToPath(new URL('../check-functions/probe.ts', import.meta.url));
const PERIOD = Duration.minutes(5);

/** Asks the service for one text every five minutes, also when no caller does. */
export class Probe extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, { config, url, origin }: ProbeProps) {
    super(scope, id);
    const apiKeys = callerKeys(this, config);
    const probe = new lambda.Function(this, 'Function', {
      ...checkFunctionOptions(this, config, origin),
      description: 'Asks the service for one text, as a caller does',
      code: bundledCode(HANDLER),
      // Two attempts of 10 s, a pause of 5 s, and a cold start.
      timeout: Duration.seconds(40),
      // The next one comes in five minutes anyway.
      retryAttempts: 0,
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
