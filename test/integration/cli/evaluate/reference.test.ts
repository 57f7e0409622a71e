import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expectedCalibrationError } from '../../../../cli/evaluate/calibration.ts';
import { figuresOf, type PeriodFigures } from '../../../../cli/evaluate/concept-drift/figures.ts';
import { judge } from '../../../../cli/evaluate/concept-drift/judge.ts';
import { measure } from '../../../../cli/evaluate/measures.ts';
import { conceptDriftSql, type Period } from '../../../../service/contract/concept-drift.ts';
import { LABELS, type Label } from '../../../../service/domain/sentiment.ts';
import {
  DAY_MS,
  type Labeled,
  MONDAY_MS,
  purged,
  type Scored,
  withTables,
} from '../../../cli/evaluate/concept-drift/tables.ts';

const anyLabel = fc.constantFrom(...LABELS);
const tweet = fc.integer({ min: 1, max: 12 }).map(String);
const time = fc.integer({ min: 0, max: 60 }).map((steps) => (steps * DAY_MS) / 2);
const record = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      tweet,
      atMs: time,
      predicted: anyLabel,
      confidence: fc.double({ min: 0.34, max: 1, noNaN: true }),
      revision: fc.constantFrom('r1', 'r2'),
    }),
  },
  { weight: 1, arbitrary: fc.tuple(tweet, time).map(([id, atMs]) => purged(id, atMs)) },
);

describe('the figures of random histories', () => {
  it('are those of a slow reference, of the saved query, and of any order of arrival', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        // One record at a time for each tweet, as times order them.
        fc.uniqueArray(record, {
          minLength: 15,
          maxLength: 30,
          selector: ({ tweet: id, atMs }) => `${id} ${atMs}`,
        }),
        fc.uniqueArray(fc.record({ tweet, atMs: time, truth: anyLabel }), {
          minLength: 10,
          maxLength: 20,
          selector: ({ tweet: id, atMs, truth }) => `${id} ${atMs} ${truth}`,
        }),
        fc.constantFrom<Period>('day', 'week', 'month'),
        fc.infiniteStream(fc.nat()),
        async (records, labels, by, order) => {
          const expected = reference(records, labels, by);
          count += expected.length;
          const { command, saved } = await figures(records, labels, by);
          expect(command).toEqual(expected.map(closeTo));
          expect(saved).toEqual(expected.map(closeTo));
          const shuffled = await figures(shuffle(records, order), shuffle(labels, order), by);
          expect(shuffled.command).toEqual(expected.map(closeTo));
        },
      ),
      { numRuns: 15 },
    );
    expect(count).toBeGreaterThan(40);
  });
});

type Line = Readonly<Record<string, unknown>>;

/** Figures of the command, and of the saved query as Athena would answer it. */
function figures(records: readonly Scored[], labels: readonly Labeled[], by: Period) {
  return withTables(records, labels, async (database) => {
    const { outcomes, periods } = await judge(database, {
      by,
      byLanguage: false,
      since: undefined,
    });
    const leftOut = Object.entries(outcomes)
      .filter(([outcome, found]) => outcome !== 'judged' && found > 0)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([outcome, found]) => lineOf(outcome, null, found));
    const saved = await database.query(conceptDriftSql(by));
    return {
      command: [
        ...periods.map(figuresOf).map((each) => lineOf('judged', each, each.labels)),
        ...leftOut,
      ],
      saved: saved.map((row) => ({ ...row, labels: Number(row.labels) })),
    };
  });
}

function lineOf(outcome: string, period: PeriodFigures | null, labels: number): Line {
  return {
    outcome,
    period_start: period?.start ?? null,
    model_name: period?.model ?? null,
    model_revision: period?.revision ?? null,
    labels,
    macro_recall: period?.macroRecall?.value ?? null,
    macro_recall_standard_error: period?.macroRecall?.standardError ?? null,
    accuracy: period?.accuracy.value ?? null,
    accuracy_standard_error: period?.accuracy.standardError ?? null,
    calibration_error: period?.calibrationError.value ?? null,
    calibration_error_standard_error: period?.calibrationError.standardError ?? null,
  };
}

/** Sums of another order differ in their last digits. */
function closeTo(line: Line): Line {
  return Object.fromEntries(
    Object.entries(line).map(([name, value]) => [
      name,
      // A rounding error of a variance of 0 is about 1e-8 as a standard error.
      typeof value === 'number' ? expect.closeTo(value, 6) : value,
    ]),
  ) as Line;
}

/** Looks at every record for every label, as docs/evaluation.md says it in words. */
function reference(records: readonly Scored[], labels: readonly Labeled[], by: Period): Line[] {
  const leftOut = new Map<string, number>();
  const claims: { key: string; truth: Label; given: Scored & { predicted: Label } }[] = [];
  for (const { tweet: id, atMs, truth } of labels) {
    const own = records.filter((each) => each.tweet === id);
    const scored = own.filter(
      (each): each is Scored & { predicted: Label } => each.predicted !== null,
    );
    const known = scored.filter((each) => each.atMs <= atMs).toSorted((a, b) => b.atMs - a.atMs);
    const [given] = known;
    let outcome: string | undefined;
    const others = labels.filter((other) => other.tweet === id && other.atMs >= atMs);
    if (others.some((other) => other.atMs > atMs)) outcome = 'repeated';
    else if (others.some((other) => other.truth !== truth)) outcome = 'contradicted';
    else if (own.some(({ predicted }) => predicted === null)) outcome = 'purged';
    else if (scored.length === 0) outcome = 'unknown';
    else if (given === undefined) outcome = 'early';
    if (outcome !== undefined) leftOut.set(outcome, (leftOut.get(outcome) ?? 0) + 1);
    else if (given) {
      claims.push({
        key: `${startOf(by, given.atMs)} ${given.revision}`,
        truth: truth as Label,
        given,
      });
    }
  }
  const groups = [...Map.groupBy(claims, ({ key }) => key)].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return [
    ...groups.map(([key, ofGroup]) => referenceLine(key, ofGroup)),
    ...[...leftOut]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([outcome, found]) => lineOf(outcome, null, found)),
  ];
}

function referenceLine(
  key: string,
  claims: readonly { truth: Label; given: Scored & { predicted: Label } }[],
): Line {
  const truths = claims.map(({ truth }) => truth);
  const right = claims.filter(({ truth, given }) => truth === given.predicted).length;
  const { macroRecall, standardError, accuracy } = measure(
    truths,
    claims.map(({ given }) => given.predicted),
  );
  const isWhole = LABELS.every((each) => truths.includes(each));
  const judgedClaims = claims.map(({ truth, given }) => ({
    confidence: given.confidence ?? 0,
    isRight: truth === given.predicted,
  }));
  const error = expectedCalibrationError(judgedClaims);
  const [start, revision] = key.split(' ');
  const n = claims.length;
  const squares = judgedClaims.map(
    ({ confidence, isRight }) => (confidence - (isRight ? 1 : 0)) ** 2,
  );
  return {
    outcome: 'judged',
    period_start: start,
    model_name: 'model',
    model_revision: revision,
    labels: n,
    macro_recall: isWhole ? macroRecall : null,
    macro_recall_standard_error: isWhole ? standardError : null,
    accuracy,
    accuracy_standard_error: Math.sqrt(((right + 1) * (n - right + 1)) / ((n + 2) ** 2 * (n + 3))),
    calibration_error: error,
    calibration_error_standard_error: Math.sqrt(
      Math.max(0, squares.reduce((sum, each) => sum + each, 0) / n - error ** 2) / n,
    ),
  };
}

function startOf(by: Period, atMs: number): string {
  const date = new Date(MONDAY_MS + atMs);
  if (by === 'week') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  if (by === 'month') date.setUTCDate(1);
  return date.toISOString().slice(0, 10);
}

function shuffle<T>(items: readonly T[], order: Iterator<number>): T[] {
  return items
    .map((item) => ({ item, place: Number(order.next().value) }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
