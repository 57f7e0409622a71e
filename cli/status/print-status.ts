import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Stage } from '../../service/contract/deployment.ts';
import { AWS_TIMEOUTS } from '../kit/aws-timeouts.ts';
import { CliError, reasonOf } from '../kit/errors.ts';
import { print, printJson } from '../kit/printable.ts';
import { deployedDifferences } from './differences.ts';
import { type Deployment, readDeployment } from './read-deployment.ts';
import { readStatus, type Status } from './read-status.ts';
import { renderStatus } from './render.ts';

interface FullStatus extends Status {
  readonly deployment: Deployment;
}

const REQUESTS = { requestHandler: AWS_TIMEOUTS };
const FIRING = 1;
const NOT_READ = 2;

/** Prints the status of a stage; the exit code tells whether an alarm fires. @throws CliError */
export async function printStatus(stage: Stage, hours: number, json: boolean): Promise<void> {
  const now = new Date();
  const clients = {
    formation: new CloudFormationClient(REQUESTS),
    loadBalancing: new ElasticLoadBalancingV2Client(REQUESTS),
    ecs: new ECSClient(REQUESTS),
    scaling: new ApplicationAutoScalingClient(REQUESTS),
  };
  const deployment = await readDeployment(clients, stage);
  const probe = typeof deployment.probe === 'object' ? deployment.probe.functionName : undefined;
  const options = { stage, hours, now, probe };
  const figures = await readStatus(new CloudWatchClient(REQUESTS), options).catch(
    (cause: unknown) => {
      throw notRead(cause);
    },
  );
  const differences =
    deployment.values === null ? [] : deployedDifferences(stage, deployment.values);
  const status = { ...figures, deployment: { ...deployment, differences } };
  requireAnything(status);
  if (json) printJson(status);
  else print(renderStatus(status));
  if (status.alarms.some(({ state }) => state === 'ALARM')) process.exitCode = FIRING;
}

/** @throws CliError where nothing at all is known of the stage: its name or the region is wrong */
function requireAnything({ stage, figures, alarms, deployment }: FullStatus): void {
  const isKnown =
    alarms.length > 0 ||
    deployment.values !== null ||
    figures.some(({ overall }) => overall !== null);
  if (isKnown) return;
  throw new CliError(
    `The stage ${stage} has no alarms and no figures here, and its stack cannot be read: ` +
      `${deployment.unknown ?? 'it names no values'}. Check --stage, AWS_REGION and the account.`,
    { exitCode: NOT_READ },
  );
}

function notRead(cause: unknown): CliError {
  const name = cause instanceof Error ? `${cause.name}: ` : '';
  const remedy = isDenied(cause)
    ? 'Grant the missing permission to these credentials.'
    : 'Check the region (AWS_REGION) and the credentials, and that the stage is deployed there.';
  return new CliError(`CloudWatch could not be read. ${name}${reasonOf(cause)}\n${remedy}`, {
    cause,
    exitCode: NOT_READ,
  });
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && /^AccessDenied/.test(error.name);
}
