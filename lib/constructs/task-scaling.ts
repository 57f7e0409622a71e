import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { StageConfig } from '../stage-config.ts';

/** Percent at which the number of tasks is held. Above it a queue would soon be longer than work. */
const TARGET_PERCENT = 70;

/** Out at the next reading; in only after five quiet minutes, since a task takes one to start. */
const SCALE_OUT_COOLDOWN = Duration.seconds(60);
const SCALE_IN_COOLDOWN = Duration.seconds(300);

/** Holds the number of tasks where neither the workers nor the CPU are saturated. */
export function scaleTasks(
  service: ecs.FargateService,
  config: StageConfig,
  workerSaturation: IMetric,
): void {
  const tasks = service.autoScaleTaskCount({
    minCapacity: config.minTasks,
    maxCapacity: config.maxTasks,
  });
  const cooldowns = { scaleOutCooldown: SCALE_OUT_COOLDOWN, scaleInCooldown: SCALE_IN_COOLDOWN };
  tasks.scaleToTrackCustomMetric('WorkerSaturation', {
    metric: workerSaturation,
    targetValue: TARGET_PERCENT,
    ...cooldowns,
  });
  // What the workers do not see: parsing, TLS to X, a busy main thread.
  tasks.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: TARGET_PERCENT, ...cooldowns });
}
