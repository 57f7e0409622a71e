import { COMPREHEND_PER_MILLION, PRICES_NOTED, PRICES_REGION } from '../kit/prices.ts';
import { tableLines } from '../kit/table.ts';
import type { Estimate, Load } from './estimate.ts';

const usd = (amount: number) =>
  `$${amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

function xReadsBeside({ usdOfXReadsPerMillionPredictions: reads }: Estimate): string {
  return reads > 0 ? `, and ${usd(reads)} for reading their tweets at X` : '';
}

/** Formats the estimate for a terminal. */
export function renderEstimate(stage: string, load: Load, estimate: Estimate): string {
  const { components, usdPerMonth, predictionsPerMonth, usdPerMillionPredictions } = estimate;
  const rows = [
    ...components.map(({ name, usdPerMonth: amount, basis }) => [name, usd(amount), basis]),
    ['total', usd(usdPerMonth), 'a month'],
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
          `${Math.round(predictionsPerMonth).toLocaleString('en')} predictions a month, ${usd(usdPerMillionPredictions)} per million${xReadsBeside(estimate)}`,
          `Amazon Comprehend costs ${usd(COMPREHEND_PER_MILLION)} per million texts of up to 300 characters`,
        ]),
    ...(estimate.tooFewTasks
      ? [
          `This load needs more than ${estimate.tasks} tasks: raise maxTasks, or requests will be rejected.`,
        ]
      : []),
    '',
  ].join('\n');
}
