import { describe, expect, it } from '@jest/globals';
import type { Answer } from '../../../cli/evaluate/candidate.ts';
import { type Answering, runCandidates } from '../../../cli/evaluate/run-candidates.ts';

const answer = (text: string): Answer | null =>
  text === '' ? null : { label: 'positive', confidence: text.length / 10, margin: 0 };

/** Writes down who was asked for how many texts. */
function asked(log: [string, number][], name: string): Answering {
  return {
    async answer(texts) {
      log.push([name, texts.length]);
      return texts.map(answer);
    },
  };
}

describe('running candidates', () => {
  const texts = Array.from({ length: 1_200 }, (_, index) =>
    index === 700 ? '' : 'x'.repeat(1 + (index % 9)),
  );

  it('gives the answers of each in the order of the texts', async () => {
    const [run] = await runCandidates([asked([], 'a')], texts);
    expect(run?.answers).toEqual(texts.map(answer));
  });

  it('lets them take turns, each going first as often as last', async () => {
    const log: [string, number][] = [];
    await runCandidates([asked(log, 'a'), asked(log, 'b')], texts);
    expect(log.slice(0, 8)).toEqual([
      ['a', 64],
      ['b', 64],
      ['a', 512],
      ['b', 512],
      ['b', 512],
      ['a', 512],
      ['a', 176],
      ['b', 176],
    ]);
    const oneByOne = log.slice(8);
    expect(oneByOne).toHaveLength(600);
    expect(oneByOne.slice(0, 4).map(([name]) => name)).toEqual(['a', 'b', 'b', 'a']);
    expect(oneByOne.every(([, count]) => count === 1)).toBe(true);
  });

  it('tells how many answers each turn has given', async () => {
    const counts: number[] = [];
    const candidates = [asked([], 'a'), asked([], 'b')];
    await runCandidates(candidates, texts, (count) => counts.push(count));
    expect(counts).toEqual([512, 512, 512, 512, 176, 176]);
  });

  it('measures speed and the time of one text', async () => {
    let nowMs = 1_000;
    const slow: Answering = {
      async answer(some) {
        nowMs += some.length === 1 ? 4 : 30;
        return some.map(answer);
      },
    };
    const [run] = await runCandidates([slow], texts.slice(0, 3), undefined, () => nowMs);
    expect(run?.predictionsPerSecond).toBeCloseTo(3 / 0.03, 9);
    expect(run?.latencyMs).toEqual({ p50: 4, p95: 4 });
  });
});
