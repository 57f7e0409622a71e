import type { StageConfig } from './presets.ts';

/** Service quota "Fargate On-Demand vCPU resource count". */
export const VCPU_QUOTA_CODE = 'L-3032A538';

/** vCPUs while a release runs new tasks beside the old ones, at the highest number of tasks. */
export function releaseVcpus({ maxTasks, taskCpu }: StageConfig): number {
  return (2 * maxTasks * taskCpu) / 1_024;
}
