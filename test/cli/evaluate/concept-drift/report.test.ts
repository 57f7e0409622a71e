import { describe, expect, it } from '@jest/globals';
import { drawDrift } from '../../../../cli/evaluate/concept-drift/chart.ts';
import type { PeriodFigures } from '../../../../cli/evaluate/concept-drift/figures.ts';
import { formatDrift } from '../../../../cli/evaluate/concept-drift/report.ts';

function figures(overrides: Partial<PeriodFigures> = {}): PeriodFigures {
  return {
    start: '2026-11-02',
    model: 'minilm',
    revision: '885434d5bfe0',
    language: null,
    labels: 120,
    labelCounts: { negative: 40, neutral: 40, positive: 40 },
    macroRecall: { value: 0.7453, standardError: 0.0305, low: 0.68, high: 0.8 },
    accuracy: { value: 0.75, standardError: 0.031 },
    calibrationError: { value: 0.05, standardError: 0.02 },
    ...overrides,
  };
}

const outcomes = {
  contradicted: 0,
  repeated: 3,
  purged: 0,
  unknown: 1,
  early: 0,
  unscored: 0,
  other_language: 0,
  before_since: 0,
  judged: 120,
};
const report = { by: 'week', byLanguage: false, labels: 124, outcomes } as const;

describe('the report of a log', () => {
  it('has a line for each period and revision, and says which labels were left out', () => {
    const periods = [figures(), figures({ revision: 'aa5434d5bf11', macroRecall: null })];
    expect(formatDrift({ ...report, periods })).toBe(`124 labels: 120 judged
  left out: 3 of tweets with a later label
  left out: 1 of tweets that are not in the log

week from   revision      labels   macro recall       accuracy   calib. error
2026-11-02  885434d5bfe0     120  0.745 ± 0.030  0.750 ± 0.031  0.050 ± 0.020
2026-11-02  aa5434d5bf11     120              -  0.750 ± 0.031  0.050 ± 0.020

885434d5bfe0 is a revision of minilm
aa5434d5bf11 is a revision of minilm
± is the standard error
- where negative, neutral, positive do not all occur`);
  });

  it('has no table where no label judged a prediction', () => {
    expect(formatDrift({ ...report, periods: [] })).not.toContain('macro recall');
  });
});

describe('the chart of a log', () => {
  const periods = ['2026-11-02', '2026-11-09', '2026-11-16'].flatMap((start, index) => [
    figures({ start, ...(index === 1 && { macroRecall: null }) }),
    figures({ start, language: 'de' }),
  ]);

  it.each<[string, readonly PeriodFigures[], number | undefined]>([
    ['no period', [], undefined],
    ['one period', [figures()], 0.7],
    ['periods without a recall', [figures({ macroRecall: null })], undefined],
    ['several series', periods, 0.99],
  ])('of %s has no point outside of the frame', (_name, given, minRecall) => {
    const svg = drawDrift(given, minRecall);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const circles = [...svg.matchAll(/<circle [^>]*cx="([\d.]+)" cy="([\d.]+)"/g)];
    expect(circles).toHaveLength(
      given.length + given.filter(({ macroRecall }) => macroRecall !== null).length,
    );
    for (const [, x, y] of circles) {
      expect(Number(x) > 0 && Number(x) < 760).toBe(true);
      expect(Number(y) > 0 && Number(y) < 480).toBe(true);
    }
  });
});
