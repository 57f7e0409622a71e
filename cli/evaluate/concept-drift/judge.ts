import type { Json } from '@duckdb/node-api';
import {
  BIN,
  GAP,
  judgedLabelsSql,
  LABEL_OUTCOMES,
  type LabelOutcome,
  type Period,
} from '../../../service/contract/concept-drift.ts';
import { type Label, perLabel } from '../../../service/domain/sentiment.ts';
import { quoted, type ScratchDatabase } from '../../kit/scratch-database.ts';
import { sum } from '../../kit/statistics.ts';
import type { CalibrationBin } from '../calibration.ts';
import type { ConfusionMatrix } from '../measures.ts';

/** Fate of a label: that of the contract, or its prediction was made before the periods chosen. */
export const OUTCOMES = { ...LABEL_OUTCOMES, before_since: 'of periods before --since' } as const;

export type Outcome = LabelOutcome | 'before_since';

/** Labels of one period that judge one model revision. */
export interface JudgedPeriod {
  /** First day of the period, yyyy-MM-dd. */
  readonly start: string;
  readonly model: string;
  readonly revision: string;
  /** Null for all languages together, or an undetermined one. */
  readonly language: string | null;
  readonly confusion: ConfusionMatrix;
  readonly bins: readonly CalibrationBin[];
}

export interface Judged {
  /** Labels by outcome. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** In order of time. */
  readonly periods: readonly JudgedPeriod[];
}

export interface Grouping {
  readonly by: Period;
  readonly byLanguage: boolean;
  /** Periods that begin before this day, yyyy-MM-dd, are left out. */
  readonly since: string | undefined;
}

/**
 * Joins the tables `labels` and `predictions`. The database computes the sums, so the memory of this
 * process does not grow with the labels.
 */
export async function judge(
  database: ScratchDatabase,
  { by, ...selection }: Grouping,
): Promise<Judged> {
  await database.run(`CREATE TABLE judged_labels AS ${judgedLabelsSql(by)}`);
  return {
    outcomes: await countOutcomes(database, selection.since),
    periods: await readPeriods(database, selection),
  };
}

async function countOutcomes(
  database: ScratchDatabase,
  since: string | undefined,
): Promise<Judged['outcomes']> {
  const rows = await database.query(`
    SELECT if(outcome = 'judged' AND period_start < ${quoted(since ?? '')}, 'before_since', outcome)
      AS outcome, count(*)::INTEGER AS labels
    FROM judged_labels GROUP BY 1`);
  const counts = new Map(rows.map(({ outcome, labels }) => [outcome, Number(labels)]));
  const names = Object.keys(OUTCOMES) as Outcome[];
  return Object.fromEntries(
    names.map((name) => [name, counts.get(name) ?? 0]),
  ) as Judged['outcomes'];
}

/** Each row counts the labels of one period, revision, truth, prediction and bin. */
async function readPeriods(
  database: ScratchDatabase,
  { byLanguage, since }: Omit<Grouping, 'by'>,
): Promise<JudgedPeriod[]> {
  const rows = await database.query(`
    SELECT period_start, model_name, model_revision, language, truth, predicted, bin,
      count(*)::INTEGER AS labels, sum(gap) AS gap, sum(gap * gap) AS squared_gap
    FROM (
      SELECT period_start, model_name, model_revision, truth, predicted, ${BIN} AS bin,
        ${byLanguage ? 'language' : 'NULL'} AS language,
        ${GAP} AS gap
      FROM judged_labels
      WHERE outcome = 'judged' AND period_start >= ${quoted(since ?? '')}
    )
    GROUP BY ALL
    ORDER BY period_start, model_name, model_revision, language NULLS LAST, bin, truth, predicted`);
  const groups = Map.groupBy(rows, (row) =>
    JSON.stringify([row.period_start, row.model_name, row.model_revision, row.language]),
  );
  return [...groups.values()].map(periodOf);
}

type Row = Record<string, Json>;

function periodOf(rows: readonly Row[]): JudgedPeriod {
  const confusion = perLabel(() => perLabel(() => 0));
  for (const { truth, predicted, labels } of rows) {
    confusion[truth as Label][predicted as Label] += Number(labels);
  }
  const [first] = rows;
  return {
    start: String(first?.period_start),
    model: String(first?.model_name),
    revision: String(first?.model_revision),
    language: first?.language == null ? null : String(first.language),
    confusion,
    bins: [...Map.groupBy(rows, ({ bin }) => bin).values()].map((ofBin) => ({
      claims: sum(ofBin.map(({ labels }) => Number(labels))),
      gap: sum(ofBin.map(({ gap }) => Number(gap))),
      squaredGap: sum(ofBin.map(({ squared_gap }) => Number(squared_gap))),
    })),
  };
}
