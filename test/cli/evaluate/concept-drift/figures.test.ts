import { describe, expect, it } from '@jest/globals';
import { figuresOf, periodsBelow } from '../../../../cli/evaluate/concept-drift/figures.ts';
import type { JudgedPeriod } from '../../../../cli/evaluate/concept-drift/judge.ts';
import { seededRandom } from '../../../../script/lib/seeded-random.ts';
import { LABELS, type Label, perLabel } from '../../../../service/domain/sentiment.ts';

/** A period with as many labels of each kind, of which some were right. */
function period(right: number, all: number, kinds: readonly Label[] = LABELS): JudgedPeriod {
  const confusion = perLabel(() => perLabel(() => 0));
  for (const [index, label] of kinds.entries()) {
    confusion[label][label] = right;
    confusion[label][kinds[(index + 1) % kinds.length] ?? label] += all - right;
  }
  return { start: '2026-11-02', model: 'm', revision: 'r', language: null, confusion, bins: [] };
}

/** Number of right answers of `all` that are each right with a probability. */
function drawn(all: number, probability: number, random: () => number): number {
  return Array.from({ length: all }, random).filter((value) => value < probability).length;
}

describe('the macro recall of a period', () => {
  it('has an interval that narrows as labels come in', () => {
    const widths = [5, 50, 500].map((all) => {
      const { macroRecall } = figuresOf(period(all * 0.8, all));
      return (macroRecall?.high ?? 0) - (macroRecall?.low ?? 0);
    });
    expect(widths).toEqual(widths.toSorted((a, b) => b - a));
    expect(widths.at(-1)).toBeLessThan(0.06);
  });

  it('is not there without one of the labels, and then never below a threshold', () => {
    const figures = figuresOf(period(0, 100, ['negative', 'positive']));
    expect(figures.macroRecall).toBeNull();
    expect(figures.accuracy.value).toBe(0);
    expect(periodsBelow([figures], 1)).toEqual([]);
  });

  it('is below a threshold for many wrong answers, not for four of each label', () => {
    expect(periodsBelow([figuresOf(period(0, 4))], 0.6)).toHaveLength(0);
    expect(periodsBelow([figuresOf(period(50, 100))], 0.6)).toHaveLength(1);
  });

  it.each([2, 5, 10, 50])(
    'is rarely called below a threshold that it has, with %i labels of each kind',
    (all) => {
      const random = seededRandom(all);
      const periods = Array.from({ length: 1_000 }, () => {
        const sample = period(0, 0);
        const confusion = perLabel((label) => {
          const right = drawn(all, 0.7, random);
          const other = label === 'neutral' ? 'positive' : 'neutral';
          return { ...perLabel(() => 0), [label]: right, [other]: all - right };
        });
        return figuresOf({ ...sample, confusion });
      });
      expect(periodsBelow(periods, 0.7).length / periods.length).toBeLessThan(0.025);
    },
  );

  it('shows labels that are flipped from a week on, in these weeks alone', () => {
    const random = seededRandom(7);
    const weeks = Array.from({ length: 12 }, (_, week) => {
      const probability = week < 8 ? 0.75 : 0.5;
      return figuresOf(period(drawn(150, probability, random), 150));
    });
    const below = periodsBelow(weeks, 0.7).map((each) => weeks.indexOf(each));
    expect(below).toEqual([8, 9, 10, 11]);
  });
});

describe('the standard error of the calibration error', () => {
  it('is that of repeated samples', () => {
    const random = seededRandom(1);
    const samples = Array.from({ length: 400 }, () => {
      const claims = Array.from({ length: 300 }, () => {
        const confidence = 0.4 + 0.6 * random();
        // Overconfident, so that the gaps of the bins have a direction.
        return { confidence, isRight: random() < confidence - 0.25 };
      });
      const bins = Array.from({ length: 15 }, (_, bin) => {
        const gaps = claims
          .filter(({ confidence }) => Math.floor(confidence * 15) === bin)
          .map(({ confidence, isRight }) => confidence - (isRight ? 1 : 0));
        return {
          claims: gaps.length,
          gap: gaps.reduce((total, gap) => total + gap, 0),
          squaredGap: gaps.reduce((total, gap) => total + gap * gap, 0),
        };
      });
      return figuresOf({ ...period(1, 1), bins }).calibrationError;
    });
    const mean = samples.reduce((total, { value }) => total + value, 0) / samples.length;
    const spread = Math.sqrt(
      samples.reduce((total, { value }) => total + (value - mean) ** 2, 0) / samples.length,
    );
    const claimed = samples.reduce((total, each) => total + each.standardError, 0) / samples.length;
    expect(claimed / spread).toBeGreaterThan(0.85);
    expect(claimed / spread).toBeLessThan(1.15);
  });
});
