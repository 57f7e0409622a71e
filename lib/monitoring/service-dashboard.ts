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
import { contractGraph } from './contract-graph.ts';
import { GRAPHS, type GraphName, type Section } from './graphs.ts';
import { LOG_QUERIES } from './log-queries.ts';
import { failurePercent, hitPercent, shedPercent } from './ratios.ts';
import type { ServiceAlarms } from './service-alarms.ts';
import { type TargetGroupMetricName, targetGroupMetric } from './target-group-metric.ts';

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
      { title: 'Failure rate', metrics: [failurePercent(stage)] },
      ...this.#loadBalancerGraphs(),
    ]);
    this.#section('Inference', [
      { title: 'Refusal rate', metrics: [shedPercent(stage)] },
      ...this.#taskGraphs(),
    ]);
    this.#section('Feature store', [
      { title: 'Hit rate', metrics: [hitPercent(stage)] },
      ...this.#valkeyGraphs(),
    ]);
    this.#section('Tweets', this.#firewallGraphs());
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
  #section(title: Section, further: readonly CustomMetricGroup[]): void {
    const names = (Object.keys(GRAPHS) as GraphName[]).filter(
      (name) => GRAPHS[name].section === title,
    );
    this.#facade.monitorCustom({
      alarmFriendlyName: title.replaceAll(' ', ''),
      humanReadableName: title,
      metricGroups: [
        ...names.map((name) => ({
          title: GRAPHS[name].title,
          metrics: contractGraph(this.#props.config.stage, name) as CustomMetricGroup['metrics'],
        })),
        ...further,
      ].map((group) => ({ ...group, graphWidgetAxis: { min: 0 } })),
    });
  }

  #loadBalancerGraphs(): CustomMetricGroup[] {
    const { targetGroups, endpoint } = this.#props.service;
    const labels = targetGroups.length > 1 ? ['blue', 'green'] : ['tasks'];
    const metrics = (name: TargetGroupMetricName, statistic: string) =>
      targetGroups.map((group, index) =>
        targetGroupMetric(endpoint.loadBalancer, group, name, {
          statistic,
          label: labels[index] ?? name,
        }),
      );
    return [
      {
        title: 'Load balancer: 5xx of tasks',
        metrics: metrics('HTTPCode_Target_5XX_Count', 'Sum'),
      },
      { title: 'Load balancer: healthy tasks', metrics: metrics('HealthyHostCount', 'Maximum') },
    ];
  }

  #taskGraphs(): CustomMetricGroup[] {
    const { service, cluster } = this.#props.service;
    const insight = (metricName: string) =>
      new cloudwatch.Metric({
        namespace: 'ECS/ContainerInsights',
        metricName,
        statistic: 'Maximum',
        period: Duration.minutes(1),
        dimensionsMap: { ClusterName: cluster.clusterName, ServiceName: service.serviceName },
        label: metricName,
      });
    return [
      {
        title: 'CPU and memory',
        metrics: [
          service.metricCpuUtilization({ label: 'CPU %' }),
          service.metricMemoryUtilization({ label: 'memory %' }),
        ],
      },
      { title: 'Tasks', metrics: [insight('RunningTaskCount'), insight('DesiredTaskCount')] },
    ];
  }

  #valkeyGraphs(): CustomMetricGroup[] {
    const { valkey } = this.#props;
    return [
      { title: 'Valkey: CPU of the command thread', metrics: valkey.metricEngineCpuUtilization() },
      { title: 'Valkey: memory used', metrics: valkey.metricMemoryUsage() },
      { title: 'Valkey: evictions', metrics: valkey.metricEvictions() },
      { title: 'Valkey: connections', metrics: valkey.metricCurrConnections() },
      { title: 'Valkey: replication lag', metrics: valkey.metricReplicationLag() },
    ];
  }

  #firewallGraphs(): CustomMetricGroup[] {
    const { webFirewall, region } = this.#props.service;
    if (!webFirewall) return [];
    const requests = (metricName: string) =>
      new cloudwatch.Metric({
        namespace: 'AWS/WAFV2',
        metricName,
        statistic: 'Sum',
        dimensionsMap: { WebACL: webFirewall.name, Region: region, Rule: 'ALL' },
        label: metricName,
      });
    return [
      {
        title: 'Firewall',
        metrics: [requests('BlockedRequests'), requests('CountedRequests')],
      },
    ];
  }
}
