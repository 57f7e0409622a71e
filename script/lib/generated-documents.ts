import { readFileSync } from 'node:fs';
import { LOAD_TABLE_HEAD, loadTableRows } from '../../cli/cost/load-table.ts';
import { PRICE_TABLE_HEAD, priceTableRows } from '../../cli/cost/price-list.ts';
import { BYTES_PER_TWEET, cheapestNode } from '../../cli/cost/store-size.ts';
import { MEASURED_PER_VCPU } from '../../cli/kit/measured-rate.ts';
import { METRICS, type MetricDefinition } from '../../service/contract/metrics.ts';
import { ENVIRONMENT, type Variable } from '../../service/contract/variables.ts';
import { betweenMarkers } from './between-markers.ts';
import { STORE_TABLE_HEAD, storeTableRows } from './bulk-scale/store-table.ts';
import {
  ITEM_TABLE_HEAD,
  itemTableRows,
  RUN_TABLE_HEAD,
  runTableRows,
} from './bulk-scale/tables.ts';
import { commandReference } from './command-reference.ts';
import { grafanaDashboard } from './grafana-dashboard.ts';
import { seededRandom } from './seeded-random.ts';

export interface GeneratedDocument {
  readonly path: string;
  readonly content: string;
}

/** Documents made from the contract, for a process in the repository's folder. */
export function generatedDocuments(): GeneratedDocument[] {
  return [
    { path: '.env.example', content: environmentExample() },
    between('docs/configuration.md', 'configuration', configurationTable()),
    between('docs/metrics.md', 'metrics', metricsTable()),
    between(
      'docs/operations.md',
      'loads',
      table(LOAD_TABLE_HEAD, loadTableRows(MEASURED_PER_VCPU)),
    ),
    between('docs/cost.md', 'prices', table(PRICE_TABLE_HEAD, priceTableRows())),
    scaleDocument(),
    between('docs/commands.md', 'commands', commandReference()),
    {
      path: 'docs/observability/grafana-dashboard.json',
      content: `${JSON.stringify(grafanaDashboard(), null, 2)}\n`,
    },
  ];
}

function scaleDocument(): GeneratedDocument {
  const path = 'docs/scale.md';
  const { row, index, aggregates } = BYTES_PER_TWEET;
  const stored = storeTableRows(row + index + aggregates, cheapestNode);
  const tables = {
    runs: table(RUN_TABLE_HEAD, runTableRows(MEASURED_PER_VCPU)),
    items: table(ITEM_TABLE_HEAD, itemTableRows(MEASURED_PER_VCPU, seededRandom)),
    store: table(STORE_TABLE_HEAD, stored),
  };
  const content = Object.entries(tables).reduce(
    (document, [marker, text]) => betweenMarkers(path, document, marker, text),
    readFileSync(path, 'utf8'),
  );
  return { path, content };
}

function environmentExample(): string {
  const variables = Object.entries<Variable>(ENVIRONMENT).map(
    ([name, { description, default: value = '', secret }]) =>
      `# ${description}${secret ? ' (secret)' : ''}\n#${name}=${value}\n`,
  );
  return [
    '# Copy to .env, which script/start reads, and uncomment what you change. Every variable is\n' +
      '# here with its default. A value with # or $ stands in single quotes: unquoted, Node takes the rest\n' +
      '# after # for a comment, and Compose replaces what begins with $.\n' +
      '# Made by `npm run docs`.\n',
    ...variables,
  ].join('\n');
}

function configurationTable(): string {
  return table(
    ['Variable', 'Default', 'Meaning'],
    Object.entries<Variable>(ENVIRONMENT).map(([name, { description, default: value, secret }]) => [
      `\`${name}\`${secret ? ' (secret)' : ''}`,
      value === undefined ? '' : `\`${value}\``,
      description,
    ]),
  );
}

function metricsTable(): string {
  return table(
    ['Metric', 'Unit', 'Dimension', 'Meaning', 'By revision'],
    Object.entries<MetricDefinition>(METRICS).map(
      ([name, { unit, dimension, description, byRevision }]) => [
        `\`${name}\``,
        unit,
        dimension ? `\`${dimension}\`` : '',
        description,
        byRevision ? 'yes' : '',
      ],
    ),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function between(path: string, marker: string, content: string): GeneratedDocument {
  return { path, content: betweenMarkers(path, readFileSync(path, 'utf8'), marker, content) };
}
