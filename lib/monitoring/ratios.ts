import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Stage } from '../../service/contract/deployment.ts';
import type { MetricName } from '../../service/contract/metrics.ts';
import { contractMetric } from './contract-metric.ts';

const PERIOD = { period: Duration.minutes(1) };

/** Percent of requests that the service failed to answer; 0 while fewer than `atLeast` failed. */
export function failurePercent(stage: Stage, atLeast = 1): MathExpression {
  return percent(stage, 'ServerErrors', 'Requests', 'failures', atLeast);
}

/** Percent of requests refused because of load; 0 while fewer than `atLeast` were. */
export function shedPercent(stage: Stage, atLeast = 1): MathExpression {
  return percent(stage, 'Shed', 'Requests', 'refused', atLeast);
}

/** Percent of tweets that the feature store held. */
export function hitPercent(stage: Stage): MathExpression {
  return new MathExpression({
    expression: '100 * FILL(hits, 0) / (FILL(hits, 0) + FILL(misses, 0))',
    usingMetrics: {
      hits: contractMetric(stage, 'FeatureStoreHits'),
      misses: contractMetric(stage, 'FeatureStoreMisses'),
    },
    label: 'hit rate in percent',
    ...PERIOD,
  });
}

function percent(stage: Stage, part: MetricName, whole: MetricName, what: string, atLeast: number) {
  return new MathExpression({
    // A count that was 0 is not sent at all.
    expression: `IF(FILL(part, 0) >= ${atLeast}, 100 * part / whole, 0)`,
    usingMetrics: { part: contractMetric(stage, part), whole: contractMetric(stage, whole) },
    label: `${what} in percent`,
    ...PERIOD,
  });
}
