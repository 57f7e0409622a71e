import { VCPU_QUOTA_CODE } from '../../lib/stage-config/fargate-vcpus.ts';
import { counted } from '../kit/counted.ts';
import {
  COMPREHEND_PER_MILLION,
  dollarsAndCents,
  GIGABYTE,
  PRICES_NOTED,
  PRICES_REGION,
  X_MOST_READS_PER_MONTH,
} from '../kit/prices.ts';
import { tableLines } from '../kit/table.ts';
import type { Estimate, Load } from './estimate.ts';
import type { StoreSize } from './valkey.ts';

function xReadsBeside({ usdOfXReadsPerMillionPredictions: reads }: Estimate): string {
  return reads > 0 ? `, and ${dollarsAndCents(reads)} for reading their tweets at X` : '';
}

/** Formats the estimate for a terminal. */
export function renderEstimate(stage: string, load: Load, estimate: Estimate): string {
  const { components, usdPerMonth, predictionsPerMonth, usdPerMillionPredictions } = estimate;
  const rows = [
    ...components.map(({ name, usdPerMonth: amount, basis }) => [
      name,
      dollarsAndCents(amount),
      basis,
    ]),
    ['total', dollarsAndCents(usdPerMonth), 'a month'],
  ];
  return [
    `${stage}: ${load.requestsPerDay.toLocaleString('en')} requests a day, ${(100 * load.hitRate).toFixed(0)} % from the feature store`,
    `List prices of ${PRICES_REGION}, ${PRICES_NOTED}; ${load.predictionsPerSecondPerVcpu} predictions/s for each vCPU`,
    '',
    ...tableLines(rows, 'lrl'),
    '',
    ...(usdPerMillionPredictions === null
      ? ['At rest: no predictions.']
      : [
          `${Math.round(predictionsPerMonth).toLocaleString('en')} predictions a month, ${dollarsAndCents(usdPerMillionPredictions)} per million${xReadsBeside(estimate)}`,
          `Amazon Comprehend costs ${dollarsAndCents(COMPREHEND_PER_MILLION)} per million texts of up to 300 characters`,
        ]),
    ...(estimate.tooFewTasks
      ? [
          `This load needs more than ${counted(estimate.tasks, 'task')}: raise maxTasks, or requests will be rejected.`,
        ]
      : []),
    ...(estimate.tooManyXReads
      ? [
          `X lets an account without an Enterprise plan read ${X_MOST_READS_PER_MONTH.toLocaleString('en')} posts a month; this load reads more.`,
        ]
      : []),
    ...storeLines(estimate.store),
    `A release may need ${estimate.releaseVcpus} vCPUs of Fargate, twice maxTasks x vCPU. New accounts have 6 or fewer: see quota ${VCPU_QUOTA_CODE}.`,
    '',
    'Not counted:',
    ...estimate.notCounted.map(({ name, reason }) => `  ${name}: ${reason}`),
    '',
  ].join('\n');
}

/** Bytes in gigabytes: 0.4 GB, 59 GB. */
export function gigabytes(bytes: number): string {
  const amount = bytes / GIGABYTE;
  return `${amount.toFixed(amount < 10 ? 1 : 0)} GB`;
}

function storeLines({ bytes, nodeType, nodes, capacityBytes, fits, cheapest }: StoreSize) {
  const held = `The store grows to ${gigabytes(bytes)}; ${nodeType} holds ${gigabytes(capacityBytes)} beside ElastiCache's reserve.`;
  if (fits) return [held];
  const less = `keep less with FEATURE_TTL_SECONDS and AGGREGATE_TTL_DAYS in -c environment`;
  return [
    `WARNING: ${held}`,
    cheapest === null
      ? `  No node type holds it: ${less}.`
      : `  Use -c valkeyNodeType=${cheapest.nodeType} (${dollarsAndCents(cheapest.usdPerMonth)} a month for ${nodes}), or ${less}.`,
  ];
}
