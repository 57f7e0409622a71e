import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { StageConfig } from '../stage-config.ts';

/** Target utilization. Queues grow quickly above it. */
const TARGET_PERCENT = 70;

/** Scale-in is slower than scale-out, because a task takes about a minute to start. */
const SCALE_OUT_COOLDOWN = Duration.seconds(60);
const SCALE_IN_COOLDOWN = Duration.seconds(300);

/** Autoscaling by target tracking on worker saturation and CPU. */
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
  // Worker saturation does not include parsing, TLS to X and other work of the main thread.
  tasks.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: TARGET_PERCENT, ...cooldowns });
}
