import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Stage } from '../../service/contract/deployment.ts';
import type { DimensionedMetricName, MetricName } from '../../service/contract/metrics.ts';
import { contractMetric } from './contract-metric.ts';

const PERIOD = { period: Duration.minutes(1) };

/**
 * Failures that alarms count. An outage or a limit of X or Redis neither rolls a release back nor
 * pages: these dependencies have separate alarms.
 */
const FAILURES: Exclude<MetricName, DimensionedMetricName> = 'OwnFailures';

/** Two counts by the minute. */
export interface RequestCounts {
  readonly failures: IMetric;
  readonly requests: IMetric;
}

/** Requests and failures as the service counts them, of one revision or of all. */
export function serviceCounts(stage: Stage, revision?: string): RequestCounts {
  return {
    failures: contractMetric(stage, FAILURES, { revision }),
    requests: contractMetric(stage, 'Requests', { revision }),
  };
}

/** Percent of requests that failed; 0 in a minute with fewer than `atLeast` failures. */
export function failurePercent({ failures, requests }: RequestCounts, atLeast = 1): MathExpression {
  return new MathExpression({
    // CloudWatch has no data point for a count of 0. A few failures do not make a ratio: at night one
    // request may be all there is.
    expression: `IF(FILL(failures, 0) >= ${atLeast}, 100 * failures / requests, 0)`,
    usingMetrics: { failures, requests },
    label: 'failures in percent',
    ...PERIOD,
  });
}

/** Percent of requests that admission control rejected; see `failurePercent`. */
export function shedPercent(stage: Stage, atLeast = 1): MathExpression {
  return new MathExpression({
    expression: `IF(FILL(shed, 0) >= ${atLeast}, 100 * shed / requests, 0)`,
    usingMetrics: {
      shed: contractMetric(stage, 'Shed'),
      requests: contractMetric(stage, 'Requests'),
    },
    label: 'shed in percent',
    ...PERIOD,
  });
}

/** Percent of scored texts in languages that the model does not read; 0 in hours with few texts. */
export function otherLanguagePercent(stage: Stage, atLeast: number): MathExpression {
  const hour = { period: Duration.hours(1) };
  return new MathExpression({
    expression: `IF(texts >= ${atLeast}, 100 * FILL(others, 0) / texts, 0)`,
    usingMetrics: {
      others: contractMetric(stage, 'OtherLanguageTexts', hour),
      texts: contractMetric(stage, 'Predictions', hour),
    },
    label: 'other languages in percent',
    ...hour,
  });
}

/** Percent of tweets found in the feature store. */
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
