import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmSpec } from './alarm.ts';
import type { MonitoredNames } from './monitored-names.ts';
import { probeMetric } from './platform-metrics.ts';

/** Alarms of the probe, which asks the service every five minutes. */
export function probeAlarms({ probe }: MonitoredNames): AlarmSpec[] {
  if (probe === undefined) return [];
  return [
    {
      name: 'probe',
      kind: 'page',
      happened: 'Two of three probes in a row, five minutes apart, got no right answer.',
      metric: probeMetric(probe, 'Errors'),
      threshold: 0,
      readings: 2,
      periods: 3,
    },
    {
      // A probe that does not run has no errors.
      name: 'probe-stopped',
      kind: 'notice',
      happened: 'The probe has not run for half an hour.',
      metric: probeMetric(probe, 'Invocations'),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods: 6,
      missing: TreatMissingData.BREACHING,
      runbookSection: 'probe',
    },
  ];
}
