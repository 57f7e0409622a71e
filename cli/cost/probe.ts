import type { StageConfig } from '../../lib/stage-config.ts';
import { HOURS_PER_MONTH, LAMBDA, SECRET_TEN_THOUSAND_CALLS } from '../kit/prices.ts';
import type { Component } from './component.ts';

const PROBES_PER_MONTH = 12 * HOURS_PER_MONTH;
/** Memory of the function, and a generous second for each probe. */
const GIGABYTE_SECONDS_PER_PROBE = 0.25;

/** Reads of the secret of the API keys: one for each probe, none without the secret. */
export function secretReadsPerMonth({ probe, apiKeysSecretArn }: StageConfig): number {
  return probe && apiKeysSecretArn !== undefined ? PROBES_PER_MONTH : 0;
}

/** The function that asks the service for one text every five minutes. */
export function probe(config: StageConfig): Component {
  const probes = config.probe ? PROBES_PER_MONTH : 0;
  return {
    name: 'probe',
    usdPerMonth:
      (probes / 1e6) * LAMBDA.millionRequests +
      probes * GIGABYTE_SECONDS_PER_PROBE * LAMBDA.gigabyteSecond +
      (secretReadsPerMonth(config) / 10_000) * SECRET_TEN_THOUSAND_CALLS,
    basis: probes === 0 ? 'none' : `${probes.toLocaleString('en')} calls of a function`,
  };
}
