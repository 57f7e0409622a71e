import type { StageConfig } from './presets.ts';

/** Service quota "Fargate On-Demand vCPU resource count". */
export const VCPU_QUOTA_CODE = 'L-3032A538';

/** Service quota "Fargate Spot vCPU resource count". */
export const SPOT_VCPU_QUOTA_CODE = 'L-36FBB829';

/** vCPUs while a release runs new tasks beside the old ones, at the highest number of tasks. */
export function releaseVcpus({ maxTasks, taskCpu }: StageConfig): number {
  return vcpus(2 * maxTasks, taskCpu);
}

/** vCPUs on Spot: those of a release without the tasks that are kept on demand, and those of a run in bulk. */
export function spotVcpus(config: StageConfig): number {
  const { spot, minTasks, maxTasks, taskCpu } = config;
  return (spot ? vcpus(2 * (maxTasks - minTasks), taskCpu) : 0) + bulkVcpus(config);
}

/** vCPUs of a run in bulk at its full width. */
export function bulkVcpus({ bulk, bulkConcurrency, bulkTaskVcpus }: StageConfig): number {
  return bulk ? bulkConcurrency * bulkTaskVcpus : 0;
}

function vcpus(tasks: number, taskCpu: number): number {
  return (tasks * taskCpu) / 1_024;
}
