import { LABELS, type Label } from '../../service/domain/sentiment.ts';
import { counted } from '../kit/counted.ts';
import { tableLines } from '../kit/table.ts';
import type { Comparison } from './comparison.ts';
import type { Evaluation } from './evaluation.ts';

const COLUMNS = 80;

/** Measurements of one run. */
export interface Report {
  readonly texts: number;
  /** Texts by true label. */
  readonly labels: Readonly<Record<Label, number>>;
  readonly cpu: string;
  readonly vcpus: number;
  readonly models: readonly Evaluation[];
  /** Of all pairs of models: `[first][second]`. */
  readonly comparisons: readonly (readonly Comparison[])[];
}

type Row = readonly [name: string, show: (evaluation: Evaluation) => string];

const ROWS: readonly Row[] = [
  ['macro recall', ({ macroRecall }) => macroRecall.toFixed(4)],
  ['  standard error', ({ standardError }) => standardError.toFixed(4)],
  ['macro F1', ({ macroF1 }) => macroF1.toFixed(4)],
  ['accuracy', ({ accuracy }) => accuracy.toFixed(4)],
  ...LABELS.map((label): Row => [`recall ${label}`, ({ recall }) => recall[label].toFixed(4)]),
  ['calibration error', ({ calibrationError }) => calibrationError.toFixed(4)],
  ['mean confidence', ({ meanConfidence }) => meanConfidence.toFixed(4)],
  ['predictions/s', ({ predictionsPerSecond }) => predictionsPerSecond.toFixed(0)],
  ['latency p50, ms', ({ latencyMs }) => latencyMs.p50.toFixed(1)],
  ['latency p95, ms', ({ latencyMs }) => latencyMs.p95.toFixed(1)],
  ['file size, MB', ({ graphBytes }) => (graphBytes / 1e6).toFixed(1)],
  ['empty texts', ({ emptyTexts }) => String(emptyTexts)],
];

/** Measures of all models side by side, then each model's confusion matrix. */
export function formatReport(report: Report): string {
  const { cpu, vcpus, models } = report;
  const names = models.map((_, index) => letter(index));
  const legend = models.map(({ model, revision, graph }, index) => {
    const name = `${letter(index)}  ${model}`;
    if (graph === null) return `${name}, revision ${revision}`;
    return `${name} with ${lastOf(graph, COLUMNS - name.length - ' with '.length)}`;
  });
  return [
    [describeTexts(report), `${vcpus} vCPU ${cpu}`.slice(0, COLUMNS)].join('\n'),
    legend.join('\n'),
    tableLines(
      [
        ['', ...names],
        ...ROWS.map(([name, show]) => [name, ...models.map(show)]),
        ...pairRows(report),
      ],
      'lr',
    ).join('\n'),
    ...models.map(formatConfusion),
    ...models.map(formatMargins),
  ].join('\n\n');
}

/** Compares each model with those after it. */
function pairRows({ comparisons }: Report): string[][] {
  return comparisons.slice(0, -1).flatMap((compared, first) => {
    const row = (name: string, show: (comparison: Comparison) => string) => [
      name,
      ...compared.map((comparison, second) => (second > first ? show(comparison) : '')),
    ];
    return [
      row(`same label as ${letter(first)}`, ({ agreement }) => agreement.toFixed(4)),
      row(`recall above ${letter(first)}`, ({ recallDifference }) => recallDifference.toFixed(4)),
      row('  standard error', ({ standardError }) => standardError.toFixed(4)),
    ];
  });
}

/** The texts by label: a mistaken number or a missing label shows here. */
function describeTexts({ texts, labels }: Report): string {
  const counts = LABELS.map((label) => `${labels[label]} ${label}`).join(', ');
  const missing = LABELS.filter((label) => labels[label] === 0);
  const lines = [`${counted(texts, 'text')}: ${counts}`];
  if (missing.length > 0) {
    lines.push(`No text is labeled ${missing.join(' or ')}, which counts as a recall and F1 of 0.`);
  }
  return lines.join('\n');
}

function formatConfusion({ confusion }: Evaluation, index: number): string {
  const row = (truth: Label) => LABELS.map((predicted) => String(confusion[truth][predicted]));
  const rows = [
    [`${letter(index)}: true \\ given`, ...LABELS],
    ...LABELS.map((truth) => [truth, ...row(truth)]),
  ];
  return tableLines(rows, 'lr').join('\n');
}

/** Accuracy by the distance between the highest and the second highest score. */
function formatMargins({ margins }: Evaluation, index: number): string {
  const rows = margins.map(({ margin, shareBelow, accuracyBelow, accuracyFrom }) => [
    margin.toFixed(1),
    ...[shareBelow, accuracyBelow, accuracyFrom].map((x) => x.toFixed(4)),
  ]);
  const head = [`${letter(index)}: margin`, 'texts below', 'right below', 'right from there'];
  return tableLines([head, ...rows], 'lr').join('\n');
}

function letter(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

/** The end of a path, which tells files apart. */
function lastOf(path: string, width: number): string {
  return path.length <= width ? path : `…${path.slice(1 - Math.max(2, width))}`;
}
