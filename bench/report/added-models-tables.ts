import { ADDING_LIMITS, type MeasuredModel } from '../added-models/measurements.ts';
import { SHAPE_NAMES, type ShapeName } from '../stand-in/shapes.ts';
import type { AddedModelsRun } from './published.ts';
import { describe, formatNumber, markdownTable } from './table.ts';

const NOTHING = 'No added model is published.';

/** Time and memory of `tss models add`, and both formats of each model, as Markdown. */
export function addedModelsTables(run: AddedModelsRun | null): string {
  const measured = measuredModels(run);
  if (run === null || measured.length === 0) return `${NOTHING}\n`;
  const adding = measured.map(([name, { weightsBytes, added }]) => {
    const limits = ADDING_LIMITS[name];
    return [
      name,
      megabytes(weightsBytes),
      `${formatNumber(added.seconds)} s (limit ${limits.seconds} s)`,
      `${formatNumber(added.cpuSeconds)} s`,
      added.peakBytes === null
        ? '–'
        : `${megabytes(added.peakBytes)} (limit ${megabytes(limits.bytes)})`,
    ];
  });
  const parts = [
    `\`bench/results/${run.name}.json\`: ${describe(run.machine)}${busy(run)}.`,
    markdownTable(['shape', 'weights', 'time of `add`', 'CPU time', 'peak memory'], adding),
    formatsTable(run),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Size and speed of the served formats of a model, as Markdown. */
export function formatsTable(run: AddedModelsRun | null): string {
  const measured = measuredModels(run);
  if (measured.length === 0) return NOTHING;
  const head = [
    'shape',
    'format',
    'file',
    'labels as FP32',
    'largest difference',
    'CPU time a text',
    'rate',
  ];
  const rows = measured.flatMap(([name, { added, int8, fp32, speedUp }]) => {
    const { comparison } = added;
    const [low, high] = [speedUp.lowest, speedUp.highest].map(formatNumber);
    return [
      [
        name,
        'row-wise INT8',
        megabytes(int8.fileBytes),
        comparison === null ? '–' : `${comparison.agreementPercent} % of ${comparison.texts}`,
        comparison === null ? '–' : String(comparison.largestDifference),
        `${formatNumber(int8.cpuMsPerText)} ms`,
        `${formatNumber(speedUp.median)} (${low} – ${high})`,
      ],
      ['', 'FP32', megabytes(fp32.fileBytes), '', '', `${formatNumber(fp32.cpuMsPerText)} ms`, '1'],
    ];
  });
  return markdownTable(head, rows);
}

function measuredModels(run: AddedModelsRun | null): (readonly [ShapeName, MeasuredModel])[] {
  return SHAPE_NAMES.flatMap((name) => {
    const model = run?.models[name];
    return model === undefined ? [] : [[name, model] as const];
  });
}

function busy({ machine: { busyAtStart } }: AddedModelsRun): string {
  return busyAtStart === undefined ? '' : `; ${Math.round(100 * busyAtStart)} % busy before it`;
}

function megabytes(bytes: number): string {
  return `${formatNumber(bytes / 1e6)} MB`;
}
