import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Evaluation } from '../../../cli/evaluate/evaluation.ts';
import { measure } from '../../../cli/evaluate/measures.ts';
import { formatReport } from '../../../cli/evaluate/report.ts';

const EVALUATION: Evaluation = {
  model: 'a-model',
  revision: '0123456789ab',
  graph: null,
  graphBytes: 23_648_159,
  ...measure(['negative', 'positive'], ['negative', 'neutral']),
  calibrationError: 0.0338,
  meanConfidence: 0.75,
  margins: [{ margin: 0.2, shareBelow: 0.173, accuracyBelow: 0.52, accuracyFrom: 0.776 }],
  labelMix: { negative: 0.5, neutral: 0.5, positive: 0 },
  predictionsPerSecond: 682,
  latencyMs: { p50: 4.2, p95: 6 },
  emptyTexts: 0,
};

function report(models: readonly Evaluation[]): string {
  const pair = { agreement: 0.9855, recallDifference: -0.0063, standardError: 0.0026 };
  const comparisons = models.map(() => models.map(() => pair));
  const labels = { negative: 1, neutral: 0, positive: 1 };
  return formatReport({ texts: 2, labels, cpu: 'AMD EPYC', vcpus: 2, models, comparisons });
}

describe('the report of an evaluation', () => {
  it('names each model by a letter', () => {
    const lines = report([EVALUATION, { ...EVALUATION, graph: '/models/fp32.onnx' }]).split('\n');
    expect(lines).toContain('A  a-model, revision 0123456789ab');
    expect(lines).toContain('B  a-model with /models/fp32.onnx');
    expect(lines).toContain('same label as A             0.9855');
    expect(lines).toContain('recall above A             -0.0063');
    expect(lines).toContain('  standard error            0.0026');
  });

  it('says for every pair of models how far they agree', () => {
    const text = report([EVALUATION, EVALUATION, EVALUATION]);
    expect(text).toMatch(/^same label as A +0\.9855 +0\.9855$/m);
    expect(text).toMatch(/^same label as B {10,}0\.9855$/m);
    expect(text).not.toContain('same label as C');
  });

  it('counts the texts of each label and names a label that is missing', () => {
    const [texts, missing] = report([EVALUATION]).split('\n');
    expect(texts).toBe('2 texts: 1 negative, 0 neutral, 1 positive');
    expect(missing).toBe('No text is labeled neutral, which counts as a recall and F1 of 0.');
  });

  it('tells how often a label is right below a margin and from there', () => {
    expect(report([EVALUATION])).toMatch(
      /^A: margin +texts below +right below +right from there\n0\.2 +0\.1730 +0\.5200 +0\.7760$/m,
    );
  });

  it('fits 80 columns, whatever the number of models and the length of paths', () => {
    const path = fc.string({ minLength: 1, maxLength: 200 }).map((name) => `/${name}`);
    fc.assert(
      fc.property(fc.array(path, { minLength: 1, maxLength: 6 }), (graphs) => {
        const slow = { ...EVALUATION, predictionsPerSecond: 12_345, graphBytes: 1e10 };
        for (const line of report(graphs.map((graph) => ({ ...slow, graph }))).split('\n')) {
          expect(line.length).toBeLessThanOrEqual(80);
        }
      }),
    );
  });
});
