import { readStageConfig } from '../../lib/stage-config.ts';
import { estimateCost } from './estimate.ts';
import { gigabytes } from './render.ts';

const HIT_RATE = 0.8;
const REQUESTS_PER_DAY = [100_000, 1_000_000, 10_000_000];
/** The first life of aggregates with which a node holds the load is chosen. */
const AGGREGATE_DAYS = [400, 180, 90];
const ANY_CERTIFICATE = 'arn:aws:acm:us-east-1:000000000000:certificate/any';

export const LOAD_TABLE_HEAD = [
  'Requests a day',
  'Tasks',
  '`AGGREGATE_TTL_DAYS`',
  'Store',
  'Nodes',
  'USD a month',
];

/** Costs of a prod stage under three loads, with the node that each of them needs. */
export function loadTableRows(predictionsPerSecondPerVcpu: number): string[][] {
  return REQUESTS_PER_DAY.map((requestsPerDay) => {
    for (const days of AGGREGATE_DAYS) {
      const load = { requestsPerDay, hitRate: HIT_RATE, predictionsPerSecondPerVcpu };
      const environment = { AGGREGATE_TTL_DAYS: String(days) };
      const { store } = estimateCost(prod({ environment }), load);
      if (store.cheapest === null) continue;
      const valkeyNodeType = store.cheapest.nodeType;
      const { usdPerMonth, tasks } = estimateCost(prod({ environment, valkeyNodeType }), load);
      return [
        requestsPerDay.toLocaleString('en'),
        String(tasks),
        String(days),
        gigabytes(store.bytes),
        `${store.nodes} x \`${valkeyNodeType}\``,
        `$${Math.round(usdPerMonth).toLocaleString('en')}`,
      ];
    }
    throw new Error(`No node holds ${requestsPerDay} requests a day.`);
  });
}

function prod(context: Readonly<Record<string, unknown>>) {
  return readStageConfig({ stage: 'prod', certificateArn: ANY_CERTIFICATE, ...context });
}
