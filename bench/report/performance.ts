import { readFileSync } from 'node:fs';
import { betweenMarkers } from '../../script/lib/between-markers.ts';
import { MODEL_KEYS, type ModelKey } from '../model-key.ts';
import { addedModelsTables, formatsTable } from './added-models-tables.ts';
import { drawCurve, MODEL_TITLES } from './curve-chart.ts';
import { expectations } from './expectations.ts';
import { formatPeers } from './peer-table.ts';
import type { Published, PublishedRun } from './published.ts';
import type { ResultRow } from './results-file.ts';
import { scalingTables } from './scaling-tables.ts';
import { describe, formatNumber, formatResults, markdownTable } from './table.ts';

const DOCUMENT = 'docs/performance.md';
const MODELS = 'docs/models.md';

/** Numbers of the benchmarks that bench/README.md defines. */
const BENCHMARKS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];

/** The page about performance, its charts and the page about models as they must be, for the published results. */
export function performanceDocuments(published: Published): { path: string; content: string }[] {
  const content = Object.entries(performanceParts(published)).reduce(
    (document, [marker, part]) => betweenMarkers(DOCUMENT, document, marker, part),
    readFileSync(DOCUMENT, 'utf8'),
  );
  const charts = MODEL_KEYS.flatMap((model) => {
    const run = lastCurve(published.runs, model);
    const points = run?.curves[model];
    return run && points
      ? [{ path: chartPath(model), content: drawCurve(model, points, run.machine) }]
      : [];
  });
  const models = betweenMarkers(
    MODELS,
    readFileSync(MODELS, 'utf8'),
    'formats',
    `${formatsTable(published.addedModels)}\n`,
  );
  return [{ path: DOCUMENT, content }, { path: MODELS, content: models }, ...charts];
}

/** Text between the page's markers, by their names. */
export function performanceParts(published: Published) {
  return {
    benchmarks: benchmarkTables(published.runs),
    curves: curveTables(published.runs),
    scaling: scalingTables(published.scaling),
    'added-models': addedModelsTables(published.addedModels),
    expectations: expectations(published),
  };
}

function benchmarkTables(runs: readonly PublishedRun[]): string {
  const last = lastRows(runs);
  const sources = runs.map(({ name, machine }) => {
    const { busyAtStart } = machine;
    const busy =
      busyAtStart === undefined ? '' : `; ${Math.round(100 * busyAtStart)} % busy before it`;
    return `- \`bench/results/${name}.json\`: ${describe(machine)}${busy}`;
  });
  const tables = MODEL_KEYS.flatMap((model) => {
    const rows = last.filter((row) => row.model === model);
    return rows.length > 0 ? [`### ${MODEL_TITLES[model]}\n\n${formatResults(rows)}`] : [];
  });
  const parts = [
    ...[sources.join('\n'), ...tables, gatesByRun(runs), missing(last), methods(last)],
    ...[peers(runs), soaks(runs)],
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** By benchmark and model the result of the last run that has it, in the table's order. */
function lastRows(runs: readonly PublishedRun[]): ResultRow[] {
  const rows = new Map<string, ResultRow>();
  for (const row of runs.flatMap(({ results }) => results)) rows.set(`${row.id} ${row.model}`, row);
  return [...rows.values()].sort((a, b) => numberOf(a) - numberOf(b) || a.id.localeCompare(b.id));
}

function numberOf({ id }: ResultRow): number {
  return Number(id.replace(/\D/g, ''));
}

/** Gate figures of each run, if there are several runs. */
function gatesByRun(runs: readonly PublishedRun[]): string {
  const gateRuns = runs
    .map(({ name, results }) => ({ name, gates: results.filter(({ gate }) => gate) }))
    .filter(({ gates }) => gates.length > 0);
  if (gateRuns.length < 2) return '';
  const ids = lastRows(runs).flatMap(({ id, gate }) => (gate ? [id] : []));
  const rows = ids.map((id) => {
    const found = gateRuns.map(({ gates }) => gates.find((row) => row.id === id));
    return [`**${id}**`, ...found.map((row) => (row ? gateCell(row) : ''))];
  });
  const table = markdownTable(['', ...gateRuns.map(({ name }) => `\`${name}\``)], rows);
  return `### Gates, run by run\n\n${table}`;
}

function gateCell(row: ResultRow): string {
  if (row.kind !== 'measured') return row.verdict;
  const { median, lowest, highest } = row.summary;
  const [middle, low, high] = [median, lowest, highest].map(formatNumber);
  return `${middle} (${low} – ${high}), ${row.verdict}`;
}

function missing(rows: readonly ResultRow[]): string {
  const has = new Set(rows.map(numberOf));
  const ids = BENCHMARKS.filter((number) => !has.has(number)).map((number) => `B${number}`);
  return ids.length === 0 ? '' : `Not in these runs: ${ids.join(', ')}.`;
}

function methods(rows: readonly ResultRow[]): string {
  const known = new Map(rows.flatMap(({ id, method }) => (method ? [[id, method]] : [])));
  return [...known].map(([id, method]) => `- ${id}: ${method}.`).join('\n');
}

/** The service beside other servers, of the last run that measured them with a model. */
function peers(runs: readonly PublishedRun[]): string {
  return MODEL_KEYS.flatMap((model) => {
    const rows = runs.findLast((run) => run.peers?.[model])?.peers?.[model];
    const title = `### Beside other servers, ${MODEL_TITLES[model]}`;
    return rows ? [`${title}\n\n${formatPeers(rows)}`] : [];
  }).join('\n\n');
}

function soaks(runs: readonly PublishedRun[]): string {
  return runs
    .flatMap((run) =>
      MODEL_KEYS.flatMap((model) => {
        const soak = run.soaks[model];
        if (!soak) return [];
        const figures = Object.entries(soak.details).map(
          ([name, value]) => `- ${name}: ${formatNumber(value)}`,
        );
        const kept = soak.conditions.map(
          ({ what, holds }) => `- ${holds ? 'kept' : 'NOT kept'}: ${what.replace(/ \{\}$/, '')}`,
        );
        const title = `### Soak test at twice the capacity, ${MODEL_TITLES[model]}`;
        return [[title, '', ...figures, ...kept].join('\n')];
      }),
    )
    .join('\n\n');
}

function curveTables(runs: readonly PublishedRun[]): string {
  const parts = MODEL_KEYS.flatMap((model) => {
    const run = lastCurve(runs, model);
    const points = run?.curves[model];
    if (!run || !points) return [];
    const rows = points.map((point) => [
      `${Math.round(100 * point.load)} %`,
      ...[
        point.offeredPerSecond,
        point.goodputPerSecond,
        point.refusedPerSecond,
        point.p50Ms,
        point.p99Ms,
      ].map(formatNumber),
    ]);
    const head = ['load', 'offered/s', 'answered/s', 'refused/s', 'p50, ms', 'p99, ms'];
    return [
      `![${MODEL_TITLES[model]}](images/${chartPath(model).split('/').at(-1)})`,
      `${MODEL_TITLES[model]}, \`bench/results/${run.name}.json\`:`,
      markdownTable(head, rows),
    ];
  });
  return `${parts.length > 0 ? parts.join('\n\n') : 'No curve is published.'}\n`;
}

function lastCurve(runs: readonly PublishedRun[], model: ModelKey): PublishedRun | undefined {
  return runs.findLast(({ curves }) => curves[model] !== undefined);
}

function chartPath(model: ModelKey): string {
  return `docs/images/throughput-latency-${model}.svg`;
}
