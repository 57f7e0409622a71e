import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { deploymentName } from '../../service/contract/deployment.ts';
import type { StageConfig } from '../stage-config.ts';

/**
 * `page`: act now. `notice`: look within a working day. `rollback`: ECS takes the release back;
 * no notification.
 */
export type AlarmKind = 'page' | 'notice' | 'rollback';

export interface AlarmSpec {
  /** Unique within its `Alarms`; part of the alarm's name. */
  readonly name: string;
  readonly kind: AlarmKind;
  /** First sentence of the description: what is wrong, with the threshold. */
  readonly happened: string;
  readonly metric: cloudwatch.IMetric;
  /** Alarming beyond it; see `comparison`. */
  readonly threshold: number;
  /** Default: greater than the threshold. */
  readonly comparison?: cloudwatch.ComparisonOperator;
  /** Readings of the last `periods` that must be beyond the threshold; default: all. */
  readonly readings?: number;
  readonly periods: number;
  /** Default: missing data does not alarm. */
  readonly missing?: cloudwatch.TreatMissingData;
  /** Section of docs/alarms.md that says what to do; default: the name. */
  readonly runbookSection?: string;
  /** Metrics that a query reads, roughly; default: the metrics of the expression. */
  readonly queriedMetrics?: number;
}

export interface AlarmsProps {
  readonly config: StageConfig;
  readonly specs: readonly AlarmSpec[];
  /** Stands between the stage and the name of each alarm; default: nothing. */
  readonly namePrefix?: string;
}

/** Alarms without actions: composite alarms and the deployment act on them. */
export class Alarms extends Construct {
  readonly all: readonly cloudwatch.Alarm[];
  /** Literal: a reference from the ECS service to its alarms would be circular. */
  readonly names: readonly string[];
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    this.names = props.specs.map(({ name }) => this.#nameOf(name));
    this.all = props.specs.map((spec) => this.#alarm(spec));
  }

  of(kind: AlarmKind): readonly cloudwatch.Alarm[] {
    return this.all.filter((_, index) => this.#props.specs[index]?.kind === kind);
  }

  #nameOf(name: string): string {
    const { config, namePrefix = '' } = this.#props;
    return `${deploymentName(config.stage)}-${namePrefix}${name}`;
  }

  #alarm(spec: AlarmSpec): cloudwatch.Alarm {
    const section = spec.runbookSection ?? spec.name;
    return new cloudwatch.Alarm(this, spec.name, {
      alarmName: this.#nameOf(spec.name),
      alarmDescription: alarmDescription(this.#props.config, section, spec.happened),
      metric: spec.metric,
      threshold: spec.threshold,
      comparisonOperator: spec.comparison ?? cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: spec.periods,
      datapointsToAlarm: spec.readings ?? spec.periods,
      treatMissingData: spec.missing ?? cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}

export function alarmDescription(
  { runbookUrl }: StageConfig,
  section: string,
  happened: string,
): string {
  return runbookUrl === undefined
    ? `${happened} See "${section}" in docs/alarms.md.`
    : `${happened} Runbook: ${runbookUrl}#${section}`;
}

/** Metrics that an alarm watches; CloudWatch bills each. */
export function watchedMetrics({ metric, queriedMetrics }: AlarmSpec): number {
  return queriedMetrics ?? countMetrics(metric);
}

function countMetrics(metric: cloudwatch.IMetric): number {
  const { mathExpression } = metric.toMetricConfig();
  if (!mathExpression) return 1;
  return Object.values(mathExpression.usingMetrics)
    .map(countMetrics)
    .reduce((sum, count) => sum + count, 0);
}
