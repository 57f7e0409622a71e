import { GRAPHS, type Graph, type Section } from '../../lib/monitoring/graphs.ts';
import type { MetricName } from '../../service/contract/metrics.ts';
import { type PrometheusMetric, prometheusMetric } from '../../service/contract/prometheus.ts';

const COLUMNS = 24;
const PANEL_WIDTH = 8;
const PANEL_HEIGHT = 7;

/** Selects the service; `$job` is the dashboard's variable. */
const SELECTOR = '{job="$job"}';

/** The graphs of the CloudWatch dashboard for Grafana, over metrics scraped by Prometheus. */
export function grafanaDashboard() {
  return {
    uid: 'tweet-sentiment',
    title: 'Tweet sentiment service',
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus' },
        {
          name: 'job',
          type: 'query',
          datasource: DATASOURCE,
          query: 'label_values(tweet_sentiment_info, job)',
          refresh: 1,
        },
      ],
    },
    panels: panels(),
  };
}

const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

function panels() {
  const placed: object[] = [];
  let id = 1;
  let y = 0;
  for (const section of new Set(GRAPHS.map((graph) => graph.section))) {
    placed.push(row(id++, section, y++));
    const graphs = GRAPHS.filter((graph) => graph.section === section);
    for (const [index, graph] of graphs.entries()) {
      const x = (index * PANEL_WIDTH) % COLUMNS;
      const line = Math.floor((index * PANEL_WIDTH) / COLUMNS);
      placed.push(panel(id++, graph, { x, y: y + line * PANEL_HEIGHT }));
    }
    y += Math.ceil((graphs.length * PANEL_WIDTH) / COLUMNS) * PANEL_HEIGHT;
  }
  return placed;
}

function row(id: number, title: Section, y: number) {
  return { id, type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: COLUMNS, h: 1 } };
}

function panel(id: number, graph: Graph, position: { readonly x: number; readonly y: number }) {
  const metrics = graph.metrics.map((metric) => ({ metric, ...prometheusMetric(metric) }));
  return {
    id,
    type: 'timeseries',
    title: graph.title,
    description: metrics.map(({ metric, help }) => `${metric}: ${help}.`).join('\n\n'),
    datasource: DATASOURCE,
    gridPos: { ...position, w: PANEL_WIDTH, h: PANEL_HEIGHT },
    fieldConfig: { defaults: { unit: unitOf(metrics[0]), min: 0 }, overrides: [] },
    targets: metrics.flatMap((metric) => targets(metric, graph.statistics)),
  };
}

function unitOf(metric: PrometheusMetric | undefined): string {
  if (metric?.type === 'counter') return 'ops';
  if (metric?.type === 'histogram') return 's';
  return metric?.factor === 1 ? 'none' : 'percentunit';
}

function targets(
  { metric, ...series }: PrometheusMetric & { readonly metric: MetricName },
  statistics: readonly string[] = ['Maximum'],
) {
  const wanted = series.type === 'counter' ? ['Sum'] : statistics;
  return wanted.map((statistic) => ({
    refId: `${metric}${statistic}`,
    datasource: DATASOURCE,
    expr: expression(series, statistic),
    legendFormat: series.label ? `{{${series.label}}}` : wanted.length > 1 ? statistic : metric,
  }));
}

function expression({ name, type, label }: PrometheusMetric, statistic: string): string {
  const by = (...labels: string[]) => (labels.length > 0 ? `by (${labels.join(', ')}) ` : '');
  const split = label === undefined ? [] : [label];
  switch (type) {
    case 'counter':
      return `sum ${by(...split)}(rate(${name}${SELECTOR}[$__rate_interval]))`;
    case 'gauge':
      return `${statistic === 'Average' ? 'avg' : 'max'} ${by(...split)}(${name}${SELECTOR})`;
    case 'histogram': {
      const quantile = Number(statistic.slice(1)) / 100;
      const buckets = `rate(${name}_bucket${SELECTOR}[$__rate_interval])`;
      return `histogram_quantile(${quantile}, sum ${by('le', ...split)}(${buckets}))`;
    }
  }
}
