import {
  type CloudWatchClient,
  type CompositeAlarm,
  type MetricAlarm,
  type MetricDataQuery,
  paginateDescribeAlarms,
  paginateGetMetricData,
  paginateListMetrics,
} from '@aws-sdk/client-cloudwatch';
import { deploymentName, type Stage } from '../../service/contract/deployment.ts';
import {
  METRIC_NAMESPACE,
  METRICS,
  type MetricDefinition,
  SERVICE_DIMENSION,
} from '../../service/contract/metrics.ts';
import { type Figure, figures, overall, type Series } from './figures.ts';
import type { Query, Seen } from './queries.ts';

export interface StatusOptions {
  readonly stage: Stage;
  /** Length of the window that ends at `now`. */
  readonly hours: number;
  readonly now: Date;
  /** Name of the function that probes the service; undefined: none. */
  readonly probe?: string | undefined;
}

export interface Status {
  readonly stage: Stage;
  readonly from: string;
  readonly to: string;
  readonly periodSeconds: number;
  readonly figures: readonly FigureStatus[];
  readonly alarms: readonly AlarmStatus[];
}

export interface FigureStatus extends Pick<Figure, 'name' | 'unit' | 'over'> {
  /** By period, oldest first; null where there is no data. */
  readonly series: Series;
  /** The last period that has data. */
  readonly latest: number | null;
  /** Of the whole window, as `over` says. */
  readonly overall: number | null;
}

export interface AlarmStatus {
  readonly name: string;
  readonly state: string;
  readonly since: string | null;
  readonly description: string;
}

/** Most columns in which a window is drawn: a terminal of 80 columns has room for them. */
const PERIODS = 30;
const SHORTEST_PERIOD_SECONDS = 60;

/**
 * Reads the figures of a stage's dashboard and the states of its alarms. Ratios are computed
 * here: the AWS emulator of the tests evaluates no metric math.
 *
 * @throws the SDK's errors: no credentials, no permission, no network.
 */
export async function readStatus(
  client: CloudWatchClient,
  { stage, hours, now, probe }: StatusOptions,
): Promise<Status> {
  const seconds = hours * 3_600;
  const period = SHORTEST_PERIOD_SECONDS * Math.max(1, Math.ceil(seconds / PERIODS / 60));
  // Periods begin at multiples of their length: what ends before `now` is complete.
  const to = Math.floor(now.getTime() / 1_000 / period) * period;
  const from = to - Math.floor(seconds / period) * period;
  const [seen, alarms] = await Promise.all([readSeen(client, stage), readAlarms(client, stage)]);
  const wanted = figures(stage, seen, probe);
  const queries = wanted.flatMap((figure) => figure.queries);
  const series = await readSeries(client, queries, { from, to, period });
  let next = 0;
  return {
    stage,
    from: new Date(from * 1_000).toISOString(),
    to: new Date(to * 1_000).toISOString(),
    periodSeconds: period,
    figures: wanted.map((figure) => {
      const own = series.slice(next, next + figure.queries.length);
      next += figure.queries.length;
      return figureStatus(figure, own);
    }),
    alarms,
  };
}

function figureStatus(figure: Figure, read: readonly Series[]): FigureStatus {
  const { name, unit, over } = figure;
  const series = figure.combine(read);
  return {
    name,
    unit,
    over,
    series,
    latest: series.findLast((value) => value !== null) ?? null,
    overall: overall(figure, read),
  };
}

interface Window {
  readonly from: number;
  readonly to: number;
  readonly period: number;
}

/** One request, continued only where the answer has several pages. */
async function readSeries(
  client: CloudWatchClient,
  queries: readonly Query[],
  { from, to, period }: Window,
): Promise<Series[]> {
  const series = queries.map(() =>
    Array.from<number | null>({ length: (to - from) / period }).fill(null),
  );
  const input = {
    StartTime: new Date(from * 1_000),
    EndTime: new Date(to * 1_000),
    ScanBy: 'TimestampAscending' as const,
    MetricDataQueries: queries.map((query, index) => metricDataQuery(query, `m${index}`, period)),
  };
  for await (const { MetricDataResults = [] } of paginateGetMetricData({ client }, input)) {
    for (const { Id = '', Timestamps = [], Values = [] } of MetricDataResults) {
      const own = series[Number(Id.slice(1))];
      for (const [place, at] of Timestamps.entries()) {
        const index = Math.floor((at.getTime() / 1_000 - from) / period);
        if (own && index in own) own[index] = Values[place] ?? null;
      }
    }
  }
  return series;
}

function metricDataQuery(query: Query, Id: string, Period: number): MetricDataQuery {
  const Dimensions = Object.entries(query.dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: query.namespace, MetricName: query.name, Dimensions };
  return { Id, MetricStat: { Metric, Period, Stat: query.statistic } };
}

const DEFINITIONS: Readonly<Record<string, MetricDefinition>> = METRICS;

/** Values of the dimensions of the contract's metrics that CloudWatch knows. */
async function readSeen(client: CloudWatchClient, stage: Stage): Promise<Seen> {
  const seen: Record<string, string[]> = {};
  const input = {
    Namespace: METRIC_NAMESPACE,
    Dimensions: [{ Name: SERVICE_DIMENSION, Value: deploymentName(stage) }],
  };
  for await (const { Metrics = [] } of paginateListMetrics({ client }, input)) {
    for (const { MetricName = '', Dimensions = [] } of Metrics) {
      const definition = DEFINITIONS[MetricName];
      const value = Dimensions.find(({ Name }) => Name === definition?.dimension)?.Value;
      if (value !== undefined) seen[MetricName] = [...(seen[MetricName] ?? []), value];
    }
  }
  return seen;
}

/** Alarms of the stack, by the start of their names: those of autoscaling begin otherwise. */
async function readAlarms(client: CloudWatchClient, stage: Stage): Promise<AlarmStatus[]> {
  const alarms: AlarmStatus[] = [];
  const pages = paginateDescribeAlarms(
    { client },
    {
      AlarmNamePrefix: `${deploymentName(stage)}-`,
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    },
  );
  for await (const { MetricAlarms = [], CompositeAlarms = [] } of pages) {
    alarms.push(...[...CompositeAlarms, ...MetricAlarms].map(alarmStatus));
  }
  return alarms.toSorted((a, b) => a.name.localeCompare(b.name));
}

function alarmStatus(alarm: MetricAlarm | CompositeAlarm): AlarmStatus {
  return {
    name: alarm.AlarmName ?? '',
    state: alarm.StateValue ?? 'UNKNOWN',
    // StateUpdatedTimestamp also changes when only the reason of the state does.
    since: (alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp)?.toISOString() ?? null,
    description: alarm.AlarmDescription ?? '',
  };
}
