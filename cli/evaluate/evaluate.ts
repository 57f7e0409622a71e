import { availableParallelism, cpus } from 'node:os';
import { Candidate, type ModelChoice } from './candidate.ts';
import { readDataset } from './dataset.ts';
import { agreementOf, evaluationOf } from './evaluation.ts';
import { requireFiniteAnswers } from './finite-answers.ts';
import type { Report } from './report.ts';
import { runCandidates } from './run-candidates.ts';

export interface EvaluateOptions {
  /** Path of the file of texts. */
  readonly texts: string;
  /** Path of the file of labels. */
  readonly labels: string;
  readonly models: readonly ModelChoice[];
}

/** Measures the models side by side. @throws CliError */
export async function evaluate({ texts, labels, models }: EvaluateOptions): Promise<Report> {
  const dataset = await readDataset(texts, labels);
  const candidates: Candidate[] = [];
  try {
    for (const model of models) candidates.push(await Candidate.load(model));
    const runs = await runCandidates(candidates, dataset.texts);
    for (const [index, run] of runs.entries()) {
      requireFiniteAnswers(models[index]?.name ?? 'model', run);
    }
    return {
      texts: dataset.texts.length,
      cpu: cpus()[0]?.model.trim() || 'of unknown type',
      vcpus: availableParallelism(),
      models: candidates.flatMap((candidate, index) => {
        const run = runs[index];
        return run ? [evaluationOf(candidate, dataset.labels, run)] : [];
      }),
      agreement: agreementOf(runs),
    };
  } finally {
    await Promise.all(candidates.map((candidate) => candidate.close()));
  }
}
