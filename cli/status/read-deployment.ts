import {
  type CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeRulesCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { STAGE_VALUES_OUTPUT } from '../../lib/stage-config/chosen-values.ts';
import { deploymentName, type Stage } from '../../service/contract/deployment.ts';
import { reasonOf } from '../kit/errors.ts';

/** What CloudFormation deployed, and the target groups that get the callers' requests. */
export interface Deployment {
  /** Share of the requests of each target group, as the load balancer weighs them. */
  readonly weights: { readonly blue: number; readonly green: number } | null;
  /** JSON of the values that differ from the preset. */
  readonly values: string | null;
  /** Why something is unknown. */
  readonly unknown: string | null;
}

export interface DeploymentClients {
  readonly formation: CloudFormationClient;
  readonly loadBalancing: ElasticLoadBalancingV2Client;
}

/** Reads the service stack. A fault is part of the answer, so that the figures are still shown. */
export async function readDeployment(
  { formation, loadBalancing }: DeploymentClients,
  stage: Stage,
): Promise<Deployment> {
  const StackName = `${deploymentName(stage)}-service`;
  let values: string | null = null;
  try {
    const { Stacks: [stack] = [] } = await formation.send(new DescribeStacksCommand({ StackName }));
    values =
      stack?.Outputs?.find(({ OutputKey }) => OutputKey === STAGE_VALUES_OUTPUT)?.OutputValue ??
      null;
    const { StackResources = [] } = await formation.send(
      new DescribeStackResourcesCommand({ StackName }),
    );
    const arnOf = (start: string) =>
      StackResources.find(({ LogicalResourceId = '' }) => LogicalResourceId.startsWith(start))
        ?.PhysicalResourceId;
    const rule = arnOf('TrafficProductionRule');
    if (rule === undefined) {
      return { weights: null, values, unknown: `${StackName} has no listener rule` };
    }
    const { Rules: [read] = [] } = await loadBalancing.send(
      new DescribeRulesCommand({ RuleArns: [rule] }),
    );
    const groups = read?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
    if (groups.length === 0) return { weights: null, values, unknown: `${rule} has no weights` };
    const weightOf = (start: string) =>
      groups.find(({ TargetGroupArn }) => TargetGroupArn === arnOf(start))?.Weight ?? 0;
    const weights = { blue: weightOf('EndpointBlue'), green: weightOf('EndpointGreen') };
    return { weights, values, unknown: null };
  } catch (cause) {
    return { weights: null, values, unknown: reasonOf(cause) };
  }
}
