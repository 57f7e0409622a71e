import {
  ENVIRONMENT,
  type EnvironmentName,
  type EnvironmentVariable,
} from '../../service/contract/environment.ts';
import type { StageConfig } from './presets.ts';

/** What each value allows by itself, but not beside the others. */
export function faultsBetween(config: StageConfig): string[] {
  return [
    ...endpointFaults(config),
    ...taskFaults(config),
    ...environmentFaults(config.environment),
    ...featureStoreFaults(config),
  ];
}

function endpointFaults(config: StageConfig): string[] {
  const { stage, certificateArn, domainName, hostedZoneId, hostedZoneName } = config;
  const faults: string[] = [];
  const zone = [hostedZoneId, hostedZoneName].filter((value) => value !== undefined);
  if (zone.length > 0 && (zone.length < 2 || domainName === undefined)) {
    faults.push(
      'hostedZoneId: a hosted zone is of use with all of hostedZoneId, hostedZoneName and domainName; give all three or no zone.',
    );
  }
  if (
    domainName !== undefined &&
    hostedZoneName !== undefined &&
    domainName !== hostedZoneName &&
    !domainName.endsWith(`.${hostedZoneName}`)
  ) {
    faults.push(`domainName: "${domainName}" is not in the zone "${hostedZoneName}".`);
  }
  if (certificateArn === undefined && zone.length < 2) {
    const remedy =
      '-c certificateArn=ARN, or -c domainName=NAME -c hostedZoneId=ID -c hostedZoneName=ZONE to have a certificate made';
    if (stage === 'prod') {
      faults.push(`certificateArn: a prod stage answers on HTTPS only; give ${remedy}.`);
    } else if (domainName !== undefined) {
      faults.push(`domainName: "${domainName}" needs a certificate; give ${remedy}.`);
    }
  }
  return faults;
}

function taskFaults(config: StageConfig): string[] {
  const { taskCpu, taskMemoryMiB, minTasks, maxTasks, stage, deployment, spot } = config;
  const faults: string[] = [];
  const [least, most] = [2 * taskCpu, Math.min(8 * taskCpu, taskCpu === 4096 ? 30_720 : 61_440)];
  const step = taskCpu === 8192 ? 4_096 : 1_024;
  if (taskMemoryMiB < least || taskMemoryMiB > most || taskMemoryMiB % step !== 0) {
    faults.push(
      `taskMemoryMiB: Fargate has no ${taskMemoryMiB} MiB for ${taskCpu} CPU units; use ${least} to ${most} in steps of ${step}.`,
    );
  }
  if (minTasks > maxTasks) {
    faults.push(`minTasks: ${minTasks} is more than maxTasks, ${maxTasks}; raise maxTasks.`);
  }
  if (stage === 'prod' && minTasks < 2) {
    faults.push(`minTasks: ${minTasks} would not survive the loss of a zone; use at least 2.`);
  }
  if (deployment === 'canary' && spot) {
    faults.push(
      'spot: a canary on Spot may vanish for lack of capacity; use -c deployment=rolling.',
    );
  }
  return faults;
}

function environmentFaults(environment: Readonly<Record<string, string>>): string[] {
  const variables: Readonly<Record<string, EnvironmentVariable>> = ENVIRONMENT;
  return Object.keys(environment).flatMap((name) => {
    const variable = variables[name];
    if (!variable) return [`environment: the service knows no variable ${name}; see .env.example.`];
    if (variable.secret) {
      return [`environment: ${name} is a secret; put it into Secrets Manager and give its ARN.`];
    }
    if (variable.deployment || DECIDED.some((decided) => decided === name)) {
      return [`environment: ${name} is set by the stack; leave it out.`];
    }
    return [];
  });
}

/** What the contract's other files say, and the load balancer is built on. */
const DECIDED: readonly EnvironmentName[] = [
  'PORT',
  'KEEP_ALIVE_TIMEOUT_MS',
  'SHUTDOWN_TIMEOUT_MS',
  'REDIS_KEY_PREFIX',
  'PREDICTION_STREAM',
];

function featureStoreFaults({ stage, valkeyReplicas }: StageConfig): string[] {
  const faults: string[] = [];
  if (stage === 'prod' && valkeyReplicas < 1) {
    faults.push(
      `valkeyReplicas: ${valkeyReplicas} leaves nothing to fail over to; use at least 1.`,
    );
  }
  return faults;
}
