import {
  type CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type StackResource,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeRulesCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { STAGE_VALUES_OUTPUT } from '../../lib/stage-config/chosen-values.ts';
import { deploymentName, type Stage } from '../../service/contract/deployment.ts';
import { reasonOf } from '../kit/errors.ts';
import { readTasks, type TaskClients, type TaskCounts } from './read-tasks.ts';

/** The deployed service stack, and the target groups that get the callers' requests. */
export interface Deployment {
  /** Share of the requests of each target group, as the load balancer weighs them. */
  readonly weights: { readonly blue: number; readonly green: number } | null;
  /** JSON of the values that differ from the preset. */
  readonly values: string | null;
  readonly probe: Probe;
  /** A text: the reason why they are unknown. */
  readonly tasks: TaskCounts | string;
  /** Reason why something is unknown. */
  readonly unknown: string | null;
}

/** Function that probes the service. */
export type Probe = { readonly functionName: string } | 'off' | 'unknown';

export interface DeploymentClients extends TaskClients {
  readonly formation: CloudFormationClient;
  readonly loadBalancing: ElasticLoadBalancingV2Client;
}

/** Reads the service stack. A fault is part of the answer, so that the figures are still shown. */
export async function readDeployment(
  clients: DeploymentClients,
  stage: Stage,
): Promise<Deployment> {
  const StackName = `${deploymentName(stage)}-service`;
  const { formation, loadBalancing } = clients;
  const deployment = {
    weights: null,
    values: null as string | null,
    probe: 'unknown' as Probe,
    tasks: 'the service stack cannot be read' as TaskCounts | string,
  };
  try {
    const { Stacks: [stack] = [] } = await formation.send(new DescribeStacksCommand({ StackName }));
    deployment.values =
      stack?.Outputs?.find(({ OutputKey }) => OutputKey === STAGE_VALUES_OUTPUT)?.OutputValue ??
      null;
    const { StackResources = [] } = await formation.send(
      new DescribeStackResourcesCommand({ StackName }),
    );
    const functionName = physicalId(StackResources, 'ProbeFunction');
    deployment.probe = functionName === undefined ? 'off' : { functionName };
    deployment.tasks = await readTasks(clients, stage, StackResources, deployment.values);
    const weights = await readWeights(loadBalancing, StackResources);
    return typeof weights === 'string'
      ? { ...deployment, unknown: weights }
      : { ...deployment, weights, unknown: null };
  } catch (cause) {
    return { ...deployment, unknown: reasonOf(cause) };
  }
}

/** The weights of the callers' rule, or the reason why they are unknown. */
async function readWeights(
  loadBalancing: ElasticLoadBalancingV2Client,
  resources: readonly StackResource[],
): Promise<NonNullable<Deployment['weights']> | string> {
  const rule = physicalId(resources, 'TrafficProductionRule');
  if (rule === undefined) return 'the service stack has no listener rule';
  const { Rules: [read] = [] } = await loadBalancing.send(
    new DescribeRulesCommand({ RuleArns: [rule] }),
  );
  const groups = read?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  if (groups.length === 0) return `${rule} has no weights`;
  const weightOf = (start: string) =>
    groups.find(({ TargetGroupArn }) => TargetGroupArn === physicalId(resources, start))?.Weight ??
    0;
  return { blue: weightOf('EndpointBlue'), green: weightOf('EndpointGreen') };
}

/** CloudFormation adds a hash to the name that the CDK gives. */
function physicalId(resources: readonly StackResource[], start: string): string | undefined {
  return resources.find(({ LogicalResourceId = '' }) => LogicalResourceId.startsWith(start))
    ?.PhysicalResourceId;
}
