import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { deploymentName } from '../../service/contract/deployment.ts';
import type { PredictionStream } from '../constructs/prediction-stream.ts';
import type { ValkeyReplicationGroup } from '../constructs/valkey-replication-group.ts';
import type { ServiceStack } from '../stacks/service-stack.ts';
import type { StageConfig } from '../stage-config.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { alarmDescription } from './alarm-text.ts';
import { driftAlarms } from './drift-alarms.ts';
import { featureStoreAlarms } from './feature-store-alarms.ts';
import { requestAlarms } from './request-alarms.ts';
import { tweetAlarms } from './tweet-alarms.ts';

export interface ServiceAlarmsProps {
  readonly config: StageConfig;
  readonly service: ServiceStack;
  readonly valkey: ValkeyReplicationGroup;
  readonly predictions: PredictionStream | undefined;
}

/** Every alarm of a stage but those of a release. They have no actions: the composite ones do. */
export class ServiceAlarms extends Construct {
  readonly all: readonly cloudwatch.Alarm[];
  readonly #byKind = new Map<AlarmSpec['kind'], cloudwatch.Alarm[]>();

  constructor(scope: Construct, id: string, props: ServiceAlarmsProps) {
    super(scope, id);
    const { config, service, valkey, predictions } = props;
    const specs = [
      ...requestAlarms(config, service),
      ...driftAlarms(config),
      ...tweetAlarms(config),
      ...featureStoreAlarms(config, valkey, predictions),
    ];
    this.all = specs.map((spec) => {
      const alarm = this.#alarm(config, spec);
      this.#byKind.set(spec.kind, [...this.of(spec.kind), alarm]);
      return alarm;
    });
  }

  of(kind: AlarmSpec['kind']): readonly cloudwatch.Alarm[] {
    return this.#byKind.get(kind) ?? [];
  }

  #alarm(config: StageConfig, spec: AlarmSpec): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this, spec.name, {
      alarmName: `${deploymentName(config.stage)}-${spec.name}`,
      alarmDescription: alarmDescription(config, spec.name, spec.happened),
      metric: spec.metric,
      threshold: spec.threshold,
      comparisonOperator: spec.comparison ?? cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: spec.periods,
      datapointsToAlarm: spec.readings ?? spec.periods,
      treatMissingData: spec.missing ?? cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}
