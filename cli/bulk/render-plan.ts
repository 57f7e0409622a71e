import type { BulkSettings } from '../../lib/stage-config/bulk.ts';
import { counted, nounFor } from '../kit/counted.ts';
import { MEASURED_PER_VCPU } from '../kit/measured-rate.ts';
import { dollarsAndCents, PRICES_NOTED, PRICES_REGION } from '../kit/prices.ts';
import type { Estimate } from './estimate.ts';
import type { Plan } from './plan.ts';

export interface PlanBasis {
  readonly settings: BulkSettings;
  readonly concurrency: number;
  readonly bytesPerText: number;
  /** True when no text could be counted. */
  readonly assumed: boolean;
}

const MOST_NAMED = 5;
/** Below it a task takes longer to start than to score. */
const SMALL_BYTES = 2 ** 20;

/** A plan and what it would take, for people. */
export function renderPlan(plan: Plan, figures: Estimate, basis: PlanBasis): string {
  const { settings, concurrency, bytesPerText, assumed } = basis;
  const count = (value: number) => Math.round(value).toLocaleString('en');
  const bytes = plan.items.reduce((total, item) => total + item.bytes, 0);
  const small = plan.items.filter((item) => item.bytes < SMALL_BYTES).length;
  const unknown = plan.unknown.slice(0, MOST_NAMED).join(', ');
  return [
    `Tasks: ${count(figures.tasks)} of ${settings.taskVcpus} vCPU and ${settings.taskMemoryGib} GB, ${count(Math.min(concurrency, figures.tasks))} at a time`,
    `Texts: about ${count(figures.texts)} in ${(bytes / 1e6).toFixed(1)} MB, ${counted(Math.round(bytesPerText), 'byte')} each (${assumed ? 'assumed' : 'sampled'})`,
    `Time: about ${count(Math.ceil(figures.minutes))} min, ${figures.vcpuHours.toFixed(1)} vCPU hours, at ${MEASURED_PER_VCPU} texts a second and vCPU`,
    `Cost: about ${dollarsAndCents(figures.usdOnSpot)} on Spot, ${dollarsAndCents(figures.usdOnDemand)} on demand (list prices of ${PRICES_REGION}, ${PRICES_NOTED})`,
    ...(plan.empty > 0
      ? [`Left out: ${count(plan.empty)} empty ${nounFor(plan.empty, 'object')}`]
      : []),
    ...(plan.unknown.length > 0
      ? [
          `Left out: ${count(plan.unknown.length)} ${nounFor(plan.unknown.length, 'object')} of another format than .csv, .tsv, .jsonl, .ndjson, .txt, their .gz, or .parquet: ${unknown}${plan.unknown.length > MOST_NAMED ? ' ...' : ''}`,
        ]
      : []),
    ...(small > 100
      ? [
          `${count(small)} objects are below 1 MiB; each takes a task. Join them to save time and money.`,
        ]
      : []),
    '',
  ].join('\n');
}
