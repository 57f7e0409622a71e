import { availableParallelism, cpus } from 'node:os';
import { perLabel } from '../../service/domain/sentiment.ts';
import { Candidate, type ModelChoice } from './candidate.ts';
import type { Dataset } from './dataset.ts';
import { agreementOf, countOf, evaluationOf } from './evaluation.ts';
import { requireFiniteAnswers } from './finite-answers.ts';
import type { Report } from './report.ts';
import { runCandidates } from './run-candidates.ts';

/** Measures the models side by side. @throws CliError */
export async function evaluate(dataset: Dataset, models: readonly ModelChoice[]): Promise<Report> {
  const candidates: Candidate[] = [];
  try {
    for (const model of models) candidates.push(await Candidate.load(model));
    const runs = await runCandidates(candidates, dataset.texts);
    for (const [index, run] of runs.entries()) {
      requireFiniteAnswers(nameOf(models[index]), run, dataset);
    }
    return {
      texts: dataset.texts.length,
      labels: perLabel((label) => countOf(dataset.labels, label)),
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

/** As given: NAME or NAME=GRAPH. */
function nameOf(choice: ModelChoice | undefined): string {
  return choice?.graph === undefined ? `${choice?.name}` : `${choice.name}=${choice.graph}`;
}
