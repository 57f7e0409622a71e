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
import type { StageConfig } from '../stage-config.ts';
import type { Alarms } from './alarm.ts';
import { axisOf, contractGraph } from './contract-graph.ts';
import { GRAPHS, type Section } from './graphs.ts';
import { LOG_QUERIES } from './log-queries.ts';
import type { MonitoredNames } from './monitored-names.ts';
import {
  firewallGraphs,
  loadBalancerGraphs,
  type PlatformGraph,
  probeGraphs,
  taskGraphs,
  valkeyGraphs,
} from './platform-graphs.ts';
import { failurePercent, hitPercent, serviceCounts, shedPercent } from './ratios.ts';

export interface ServiceDashboardProps {
  readonly config: StageConfig;
  readonly names: MonitoredNames;
  readonly alarms: Alarms;
}

const ALARM_ROWS = 3;
const LOG_ROWS = 8;

/** Dashboard of a stage: symptoms that callers notice first, then possible causes. */
export class ServiceDashboard extends Construct {
  readonly #facade: MonitoringFacade;
  readonly #props: ServiceDashboardProps;

  constructor(scope: Construct, id: string, props: ServiceDashboardProps) {
    super(scope, id);
    this.#props = props;
    const { config, names } = props;
    const { stage } = config;
    const name = deploymentName(stage);
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
    this.#section('Requests', [
      { title: 'Failure rate', axis: '%', metrics: [failurePercent(serviceCounts(stage))] },
      ...loadBalancerGraphs(names),
      ...probeGraphs(names),
    ]);
    this.#section('Inference', [
      { title: 'Refusal rate', axis: '%', metrics: [shedPercent(stage)] },
      ...taskGraphs(names),
    ]);
    this.#section('Feature store', [
      { title: 'Hit rate', axis: '%', metrics: [hitPercent(stage)] },
      ...valkeyGraphs(names),
    ]);
    this.#section('Tweets', firewallGraphs(names));
    this.#facade.addWidget(
      new cloudwatch.LogQueryWidget({
        title: 'Recent errors',
        logGroupNames: [names.logGroup],
        queryLines: [...LOG_QUERIES['recent errors']],
        width: FullWidth,
        height: LOG_ROWS,
      }),
    );
  }

  /** Graphs of the service's own metrics, then graphs of metrics of AWS services. */
  #section(title: Section, further: readonly PlatformGraph[]): void {
    const { stage } = this.#props.config;
    const own = GRAPHS.filter(({ section }) => section === title).map((graph) => ({
      title: graph.title,
      axis: axisOf(graph),
      metrics: contractGraph(stage, graph),
    }));
    this.#facade.monitorCustom({
      alarmFriendlyName: title.replaceAll(' ', ''),
      humanReadableName: title,
      metricGroups: [...own, ...further].map((graph) => ({
        title: graph.title,
        metrics: graph.metrics as CustomMetricGroup['metrics'],
        graphWidgetAxis: { min: 0, label: graph.axis, showUnits: false },
      })),
    });
  }
}
