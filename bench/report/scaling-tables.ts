import { mean } from '../../cli/kit/statistics.ts';
import { MODEL_KEYS } from '../model-key.ts';
import type { Part, Point } from '../scaling/measurements.ts';
import { MODEL_TITLES } from './curve-chart.ts';
import type { ScalingRun } from './published.ts';
import { describe, formatNumber, markdownTable } from './table.ts';

/** Longer texts cost more than a straight line says: attention grows with the square. */
const LINE_TOKENS = 128;

/** Growth of the cost of a prediction, as Markdown. */
export function scalingTables(run: ScalingRun | null): string {
  if (run === null) return 'No scaling is published.\n';
  const measured = MODEL_KEYS.flatMap((key) => {
    const scaling = run.models[key];
    return scaling ? [{ title: MODEL_TITLES[key], scaling }] : [];
  });
  const table = (heading: string, unit: string, part: Part): string[] => {
    const columns = measured.flatMap(({ title, scaling: { [part]: points } }) =>
      points ? [{ title, points }] : [],
    );
    if (columns.length === 0) return [];
    const values = [...new Set(columns.flatMap(({ points }) => points.map(({ at }) => at)))];
    const rows = values.map((at) => [
      String(at),
      ...columns.map(({ points }) => cell(points.find((point) => point.at === at))),
    ]);
    return [heading, markdownTable([unit, ...columns.map(({ title }) => title)], rows)];
  };
  const lines = measured.flatMap(({ title, scaling: { tokens } }) => {
    if (!tokens) return [];
    const { base, slope } = straightLine(tokens.filter(({ at }) => at <= LINE_TOKENS));
    return [`- ${title}: ${formatNumber(base)} ms and ${formatNumber(slope)} ms a token.`];
  });
  const line = [
    `The straight line through the points up to ${LINE_TOKENS} tokens (least squares):`,
    lines.join('\n'),
  ];
  const parts = [
    `\`bench/results/${run.name}.json\`: ${describe(run.machine)}. Medians of seven rounds (five for workers), with the lowest and highest in brackets.`,
    ...table(
      '**Tokens.** CPU milliseconds of one text by its tokens, the two special ones included:',
      'tokens',
      'tokens',
    ),
    ...(lines.length > 0 ? line : []),
    ...table(
      '**Batch.** CPU milliseconds a text of 24 tokens, by the texts in its batch:',
      'texts',
      'batch',
    ),
    ...table(
      '**Workers.** Predictions per second of the saturated service, by its workers:',
      'workers',
      'workers',
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

function cell(point: Point | undefined): string {
  if (!point) return '–';
  const { median, lowest, highest } = point.summary;
  return `${formatNumber(median)} (${formatNumber(lowest)} – ${formatNumber(highest)})`;
}

/** The line with the least sum of squared distances from the medians. */
export function straightLine(points: readonly Point[]): { base: number; slope: number } {
  const x = mean(points.map(({ at }) => at));
  const y = mean(points.map(({ summary }) => summary.median));
  const covariance = mean(points.map(({ at, summary }) => (at - x) * (summary.median - y)));
  const slope = covariance / mean(points.map(({ at }) => (at - x) ** 2));
  return { base: y - slope * x, slope };
}
