import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import {
  type CustomMetricGroup,
  DefaultDashboardFactory,
  FullWidth,
  MonitoringFacade,
} from 'cdk-monitoring-constructs';
import { Construct } from 'constructs';
import { deploymentName } from '../../service/contract/deployment.ts';
import type { ValkeyReplicationGroup } from '../constructs/valkey-replication-group.ts';
import type { ServiceStack } from '../stacks/service-stack.ts';
import type { StageConfig } from '../stage-config.ts';
import { axisOf, contractGraph } from './contract-graph.ts';
import { GRAPHS, type GraphName, type Section } from './graphs.ts';
import { LOG_QUERIES } from './log-queries.ts';
import {
  firewallGraphs,
  loadBalancerGraphs,
  type PlatformGraph,
  taskGraphs,
  valkeyGraphs,
} from './platform-graphs.ts';
import { failurePercent, hitPercent, shedPercent } from './ratios.ts';
import type { ServiceAlarms } from './service-alarms.ts';

export interface ServiceDashboardProps {
  readonly config: StageConfig;
  readonly service: ServiceStack;
  readonly valkey: ValkeyReplicationGroup;
  readonly alarms: ServiceAlarms;
}

const ALARM_ROWS = 3;
const LOG_ROWS = 8;

/** One page that answers how the stage is: what callers feel first, then what may be the cause. */
export class ServiceDashboard extends Construct {
  readonly #facade: MonitoringFacade;
  readonly #props: ServiceDashboardProps;

  constructor(scope: Construct, id: string, props: ServiceDashboardProps) {
    super(scope, id);
    this.#props = props;
    const name = deploymentName(props.config.stage);
    this.#facade = new MonitoringFacade(this, name, {
      dashboardFactory: new DefaultDashboardFactory(this, 'Dashboards', {
        dashboardNamePrefix: name,
        detailDashboardRange: Duration.hours(3),
      }),
    });
    this.#facade.addWidget(
      new cloudwatch.AlarmStatusWidget({
        title: 'Alarms',
        alarms: [...props.alarms.all],
        width: FullWidth,
        height: ALARM_ROWS,
      }),
    );
    const { stage } = props.config;
    this.#section('Requests', [
      { title: 'Failure rate', axis: '%', metrics: [failurePercent(stage)] },
      ...loadBalancerGraphs(props.service),
    ]);
    this.#section('Inference', [
      { title: 'Refusal rate', axis: '%', metrics: [shedPercent(stage)] },
      ...taskGraphs(props.service),
    ]);
    this.#section('Feature store', [
      { title: 'Hit rate', axis: '%', metrics: [hitPercent(stage)] },
      ...valkeyGraphs(props.valkey),
    ]);
    this.#section('Tweets', firewallGraphs(props.service));
    this.#facade.addWidget(
      new cloudwatch.LogQueryWidget({
        title: 'Recent errors',
        logGroupNames: [props.service.task.logGroup.logGroupName],
        queryLines: [...LOG_QUERIES['recent errors']],
        width: FullWidth,
        height: LOG_ROWS,
      }),
    );
  }

  /** The graphs of the contract that belong there, then those of what AWS measures. */
  #section(title: Section, further: readonly PlatformGraph[]): void {
    const names = (Object.keys(GRAPHS) as GraphName[]).filter(
      (name) => GRAPHS[name].section === title,
    );
    this.#facade.monitorCustom({
      alarmFriendlyName: title.replaceAll(' ', ''),
      humanReadableName: title,
      metricGroups: [
        ...names.map((name) => ({
          title: GRAPHS[name].title,
          axis: axisOf(name),
          metrics: contractGraph(this.#props.config.stage, name),
        })),
        ...further,
      ].map((graph) => ({
        title: graph.title,
        metrics: graph.metrics as CustomMetricGroup['metrics'],
        graphWidgetAxis: { min: 0, label: graph.axis, showUnits: false },
      })),
    });
  }
}
