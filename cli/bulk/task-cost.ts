import type { BulkSettings } from '../../lib/stage-config/bulk.ts';
import { FARGATE } from '../kit/prices.ts';

export type TaskSize = Pick<BulkSettings, 'architecture' | 'taskVcpus' | 'taskMemoryGib'>;

/** From the start of a task to its first text: the image is fetched, the model loaded. */
export const START_SECONDS = 45;

/** State transitions of an item, and of the run that it is in. */
export const STEPS_PER_ITEM = 3;

/** Price of a second of one task, on demand. */
export function taskSecondUsd({ architecture, taskVcpus, taskMemoryGib }: TaskSize): number {
  const { vcpuHour, gigabyteHour } = FARGATE[architecture];
  return (taskVcpus * vcpuHour + taskMemoryGib * gigabyteHour) / 3_600;
}
