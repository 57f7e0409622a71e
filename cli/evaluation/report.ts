import { LABELS, type Label } from '../../service/domain/sentiment.ts';
import type { Measures } from './measures.ts';

export interface Evaluation extends Measures {
  readonly model: string;
  readonly predictionsPerSecond: number;
  /** Size of the ONNX graph. */
  readonly graphBytes: number;
  /** Texts without a token to score; they count as neutral. */
  readonly emptyTexts: number;
}

const ROWS: readonly (readonly [string, (evaluation: Evaluation) => string])[] = [
  ['macro recall', ({ macroRecall }) => macroRecall.toFixed(4)],
  ['macro F1', ({ macroF1 }) => macroF1.toFixed(4)],
  ['accuracy', ({ accuracy }) => accuracy.toFixed(4)],
  ...LABELS.map(
    (label) => [`recall ${label}`, ({ recall }: Evaluation) => recall[label].toFixed(4)] as const,
  ),
  ['predictions/s', ({ predictionsPerSecond }) => predictionsPerSecond.toFixed(0)],
  ['file size, MB', ({ graphBytes }) => (graphBytes / 1e6).toFixed(1)],
  ['empty texts', ({ emptyTexts }) => String(emptyTexts)],
];

/** The measures of all models side by side, then each model's confusion matrix. */
export function formatReport(evaluations: readonly Evaluation[]): string {
  const measures = formatTable([
    ['', ...evaluations.map(({ model }) => model)],
    ...ROWS.map(([name, show]) => [name, ...evaluations.map(show)]),
  ]);
  return [measures, ...evaluations.map(formatConfusion)].join('\n\n');
}

function formatConfusion({ model, confusion }: Evaluation): string {
  const row = (truth: Label) => LABELS.map((predicted) => String(confusion[truth][predicted]));
  return formatTable([
    [`${model}: true \\ predicted`, ...LABELS],
    ...LABELS.map((truth) => [truth, ...row(truth)]),
  ]);
}

/** Columns as wide as their widest cell; numbers to the right. */
function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column === 0 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  '),
    )
    .join('\n');
}
