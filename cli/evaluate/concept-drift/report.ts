import type { Period } from '../../../service/contract/concept-drift.ts';
import { LABELS } from '../../../service/domain/sentiment.ts';
import { counted } from '../../kit/counted.ts';
import { tableLines } from '../../kit/table.ts';
import type { Estimate, PeriodFigures } from './figures.ts';
import { OUTCOMES, type Outcome } from './judge.ts';

export interface DriftReport {
  readonly by: Period;
  readonly byLanguage: boolean;
  /** Labels of the file. */
  readonly labels: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly periods: readonly PeriodFigures[];
}

/** The report as text: outcomes of the labels, then a line for each period and revision. */
export function formatDrift({ by, byLanguage, labels, outcomes, periods }: DriftReport): string {
  const head = [
    by === 'day' ? 'day' : `${by} from`,
    'revision',
    ...(byLanguage ? ['language'] : []),
    'labels',
    'macro recall',
    'accuracy',
    'calib. error',
  ];
  const rows = periods.map((period) => [
    period.start,
    period.revision,
    ...(byLanguage ? [period.language ?? 'unknown'] : []),
    String(period.labels),
    period.macroRecall ? withError(period.macroRecall) : '-',
    withError(period.accuracy),
    withError(period.calibrationError),
  ]);
  return [
    [`${counted(labels, 'label')}: ${outcomes.judged} judged`, ...leftOut(outcomes)].join('\n'),
    ...(periods.length > 0
      ? [tableLines([head, ...rows], byLanguage ? 'lllr' : 'llr').join('\n'), legendOf(periods)]
      : []),
  ].join('\n\n');
}

/** Period and revision in a message, such as `2026-11-23 (885434d5bfe0)`. */
export function nameOf({ start, revision, language }: PeriodFigures): string {
  return `${start} (${[revision, language].filter((part) => part !== null).join(', ')})`;
}

function leftOut(outcomes: DriftReport['outcomes']): string[] {
  return Object.entries(OUTCOMES).flatMap(([outcome, description]) => {
    const count = outcomes[outcome as Outcome];
    return outcome === 'judged' || count === 0 ? [] : [`  left out: ${count} ${description}`];
  });
}

function withError({ value, standardError }: Estimate): string {
  return `${value.toFixed(3)} ± ${standardError.toFixed(3)}`;
}

function legendOf(periods: readonly PeriodFigures[]): string {
  const models = new Map(periods.map(({ revision, model }) => [revision, model]));
  return [
    ...[...models].map(([revision, model]) => `${revision} is a revision of ${model}`),
    '± is the standard error',
    ...(periods.some(({ macroRecall }) => macroRecall === null)
      ? [`- where ${LABELS.join(', ')} do not all occur`]
      : []),
  ].join('\n');
}
