import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { deploymentName, type Stage } from '../../service/contract/deployment.ts';
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

/** Columns of a dashboard. */
const FULL_WIDTH = 24;
const GRAPHS_IN_A_ROW = 4;
const ALARM_ROWS = 3;
const GRAPH_ROWS = 5;
const LOG_ROWS = 8;

/** Dashboard of a stage: symptoms that callers notice first, then possible causes. */
export class ServiceDashboard extends Construct {
  constructor(scope: Construct, id: string, { config, names, alarms }: ServiceDashboardProps) {
    super(scope, id);
    const { stage } = config;
    // The ids of a deployed dashboard: its replacement would fail, as it has the same name.
    new cloudwatch.Dashboard(new Construct(this, 'Dashboards'), 'Dashboard', {
      dashboardName: deploymentName(stage),
      defaultInterval: Duration.hours(3),
      periodOverride: cloudwatch.PeriodOverride.INHERIT,
      widgets: [
        [
          new cloudwatch.AlarmStatusWidget({
            title: 'Alarms',
            alarms: [...alarms.all],
            width: FULL_WIDTH,
            height: ALARM_ROWS,
          }),
        ],
        ...section(stage, 'Requests', [
          { title: 'Failure rate', axis: '%', metrics: [failurePercent(serviceCounts(stage))] },
          ...loadBalancerGraphs(names),
          ...probeGraphs(names),
        ]),
        ...section(stage, 'Inference', [
          { title: 'Refusal rate', axis: '%', metrics: [shedPercent(stage)] },
          ...taskGraphs(names),
        ]),
        ...section(stage, 'Feature store', [
          { title: 'Hit rate', axis: '%', metrics: [hitPercent(stage)] },
          ...valkeyGraphs(names),
        ]),
        ...section(stage, 'Tweets', firewallGraphs(names)),
        [
          new cloudwatch.LogQueryWidget({
            title: 'Recent errors',
            logGroupNames: [names.logGroup],
            queryLines: [...LOG_QUERIES['recent errors']],
            width: FULL_WIDTH,
            height: LOG_ROWS,
          }),
        ],
      ],
    });
  }
}

/** A title, then graphs of the service's own metrics, then graphs of metrics of AWS services. */
function section(stage: Stage, title: Section, further: readonly PlatformGraph[]) {
  const own: PlatformGraph[] = GRAPHS.filter((graph) => graph.section === title).map((graph) => ({
    title: graph.title,
    axis: axisOf(graph),
    metrics: contractGraph(stage, graph),
  }));
  const graphs = [...own, ...further].map(
    ({ title, axis, metrics }) =>
      new cloudwatch.GraphWidget({
        title,
        left: metrics,
        leftYAxis: { min: 0, label: axis, showUnits: false },
        width: FULL_WIDTH / Math.min(own.length + further.length, GRAPHS_IN_A_ROW),
        height: GRAPH_ROWS,
      }),
  );
  const background = cloudwatch.TextWidgetBackground.TRANSPARENT;
  const heading = { markdown: `### ${title}`, width: FULL_WIDTH, height: 1, background };
  return [[new cloudwatch.TextWidget(heading)], graphs];
}
