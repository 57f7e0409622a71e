import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmSpec } from './alarm.ts';
import type { MonitoredNames } from './monitored-names.ts';

/** Runs of the bulk stack that ended without success; none without the stack. */
export function bulkAlarms({ bulkStateMachine }: MonitoredNames): AlarmSpec[] {
  if (bulkStateMachine === undefined) return [];
  const executions = (metricName: string) =>
    new Metric({
      namespace: 'AWS/States',
      metricName,
      dimensionsMap: { StateMachineArn: bulkStateMachine },
      period: Duration.minutes(5),
      statistic: 'Sum',
    });
  return [
    {
      name: 'bulk-failed',
      kind: 'notice',
      happened: 'A run of scoring in bulk failed or timed out within five minutes.',
      metric: new MathExpression({
        expression: 'FILL(failed, 0) + FILL(timed_out, 0)',
        usingMetrics: {
          failed: executions('ExecutionsFailed'),
          timed_out: executions('ExecutionsTimedOut'),
        },
        period: Duration.minutes(5),
        label: 'Failed runs',
      }),
      threshold: 0,
      // A count may arrive when its period is over, and has counted as 0.
      periods: 2,
      readings: 1,
    },
  ];
}
