import {
  type ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from '@aws-sdk/client-application-auto-scaling';
import type { StackResource } from '@aws-sdk/client-cloudformation';
import { DescribeServicesCommand, type ECSClient } from '@aws-sdk/client-ecs';
import { deployedLimits } from '../../lib/stage-config/deployed-values.ts';
import { deploymentName, type Stage } from '../../service/contract/deployment.ts';
import { reasonOf } from '../kit/errors.ts';

/** Numbers of tasks. */
export interface TaskCounts {
  readonly running: number;
  readonly desired: number;
  /** Bounds of autoscaling as they are now. */
  readonly minimum: number;
  readonly maximum: number;
  /** Bounds that the stage was deployed with; null: unknown. */
  readonly deployed: { readonly minimum: number; readonly maximum: number } | null;
}

export interface TaskClients {
  readonly ecs: ECSClient;
  readonly scaling: ApplicationAutoScalingClient;
}

/**
 * The tasks that run, and the bounds of autoscaling, which may have been changed by hand.
 *
 * @param values JSON of the values deployed; null: unknown
 * @returns the reason where they are unknown
 */
export async function readTasks(
  { ecs, scaling }: TaskClients,
  stage: Stage,
  resources: readonly StackResource[],
  values: string | null,
): Promise<TaskCounts | string> {
  const arn = resources.find(
    ({ ResourceType }) => ResourceType === 'AWS::ECS::Service',
  )?.PhysicalResourceId;
  if (arn === undefined) return 'the service stack has no ECS service';
  const cluster = deploymentName(stage);
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  try {
    const [{ services: [service] = [] }, { ScalableTargets: [target] = [] }] = await Promise.all([
      ecs.send(new DescribeServicesCommand({ cluster, services: [name] })),
      scaling.send(
        new DescribeScalableTargetsCommand({
          ServiceNamespace: 'ecs',
          ResourceIds: [`service/${cluster}/${name}`],
          ScalableDimension: 'ecs:service:DesiredCount',
        }),
      ),
    ]);
    if (service === undefined) return `ECS does not know the service ${name}`;
    if (target === undefined) return `autoscaling does not know the service ${name}`;
    return {
      running: service.runningCount ?? 0,
      desired: service.desiredCount ?? 0,
      minimum: target.MinCapacity ?? 0,
      maximum: target.MaxCapacity ?? 0,
      deployed: values === null ? null : deployedLimits(values),
    };
  } catch (cause) {
    return reasonOf(cause);
  }
}
