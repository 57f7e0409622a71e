import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type {
  ApplicationLoadBalancer,
  ApplicationTargetGroup,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { deploymentName } from '../../service/contract/deployment.ts';
import { DEFAULT_LIMITS } from '../../service/contract/http.ts';
import { alarmDescription } from '../monitoring/alarm-text.ts';
import { contractMetric } from '../monitoring/contract-metric.ts';
import {
  type TargetGroupMetricName,
  targetGroupMetric,
} from '../monitoring/load-balancer-metrics.ts';
import type { StageConfig } from '../stage-config.ts';

export interface ReleaseAlarmsProps {
  readonly config: StageConfig;
  readonly revision: string;
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly targetGroups: Readonly<Record<'blue' | 'green', ApplicationTargetGroup>>;
}

const PERIOD = Duration.minutes(1);
/** Percent of requests. A release that replaces a healthy one has no reason to fail more. */
const FAILURE_PERCENT = 5;
/** Fewer failures in a minute are no ratio: at little traffic one would already be 100 %. */
const FEWEST_FAILURES = 3;
/** Slower than this, callers of single texts get no answer at all. */
const P99_MS = DEFAULT_LIMITS.singleDeadlineMs;

/**
 * The alarms that stop a canary and roll it back. The circuit breaker does not apply to a canary.
 * What carries a release changes sides each time, so both target groups are watched; the
 * service's own metrics are watched for the new revision alone. No traffic is no alarm.
 */
export class ReleaseAlarms extends Construct {
  /** Literal: the service wants names, and must not wait for a reference to itself. */
  readonly names: readonly string[];

  constructor(scope: Construct, id: string, props: ReleaseAlarmsProps) {
    super(scope, id);
    const { config, revision } = props;
    const names: string[] = [];
    const alarm = (
      watched: string,
      kind: 'failures' | 'latency' | 'unhealthy',
      happened: string,
      metric: cloudwatch.IMetric,
      threshold: number,
      comparisonOperator: cloudwatch.ComparisonOperator,
    ) => {
      const alarmName = `${deploymentName(config.stage)}-release-${watched}-${kind}`;
      names.push(alarmName);
      new cloudwatch.Alarm(this, `${watched}-${kind}`, {
        alarmName,
        alarmDescription: alarmDescription(config, `release-${kind}`, happened),
        metric,
        threshold,
        comparisonOperator,
        evaluationPeriods: 3,
        datapointsToAlarm: 2,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      });
    };
    const { GREATER_THAN_THRESHOLD, GREATER_THAN_OR_EQUAL_TO_THRESHOLD } =
      cloudwatch.ComparisonOperator;

    for (const [colour, targetGroup] of Object.entries(props.targetGroups)) {
      const metric = (name: TargetGroupMetricName, statistic: string) =>
        targetGroupMetric(props.loadBalancer, targetGroup, name, { statistic });
      alarm(
        colour,
        'failures',
        `More than ${FAILURE_PERCENT} % of the requests to the ${colour} target group fail with 5xx.`,
        failurePercent(metric('HTTPCode_Target_5XX_Count', 'Sum'), metric('RequestCount', 'Sum')),
        FAILURE_PERCENT,
        GREATER_THAN_THRESHOLD,
      );
      alarm(
        colour,
        'latency',
        `1 % of the requests to the ${colour} target group take longer than ${P99_MS} ms.`,
        metric('TargetResponseTime', 'p99'),
        P99_MS / 1_000,
        GREATER_THAN_THRESHOLD,
      );
      alarm(
        colour,
        'unhealthy',
        `Tasks of the ${colour} target group fail their health check.`,
        metric('UnHealthyHostCount', 'Maximum'),
        1,
        GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      );
    }
    alarm(
      'revision',
      'failures',
      `More than ${FAILURE_PERCENT} % of the requests to revision ${revision} fail with 5xx.`,
      failurePercent(
        contractMetric(config.stage, 'ServerErrors', { revision }),
        contractMetric(config.stage, 'Requests', { revision }),
      ),
      FAILURE_PERCENT,
      GREATER_THAN_THRESHOLD,
    );
    alarm(
      'revision',
      'latency',
      `1 % of the requests to revision ${revision} take longer than ${P99_MS} ms.`,
      contractMetric(config.stage, 'RequestLatency', { revision, statistic: 'p99' }),
      P99_MS,
      GREATER_THAN_THRESHOLD,
    );
    this.names = names;
  }
}

function failurePercent(failures: cloudwatch.IMetric, requests: cloudwatch.IMetric) {
  return new cloudwatch.MathExpression({
    // A count that was 0 is not sent at all.
    expression: `IF(FILL(failures, 0) >= ${FEWEST_FAILURES}, 100 * failures / requests, 0)`,
    usingMetrics: { failures, requests },
    period: PERIOD,
    label: 'failures in percent',
  });
}
