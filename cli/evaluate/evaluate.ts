import { availableParallelism, cpus } from 'node:os';
import { perLabel } from '../../service/domain/sentiment.ts';
import { ProgressBar } from '../kit/progress.ts';
import type { ModelChoice } from '../kit/start-model.ts';
import { Candidate } from './candidate.ts';
import { compare } from './comparison.ts';
import type { Dataset } from './dataset.ts';
import { countOf, evaluationOf } from './evaluation.ts';
import { requireFiniteAnswers } from './finite-answers.ts';
import type { Report } from './report.ts';
import { runCandidates } from './run-candidates.ts';

/** Measures the models side by side. @throws CliError */
export async function evaluate(dataset: Dataset, models: readonly ModelChoice[]): Promise<Report> {
  const candidates: Candidate[] = [];
  try {
    for (const model of models) candidates.push(await Candidate.load(model));
    const runs = await withProgress(candidates.length * dataset.texts.length, (onAnswers) =>
      runCandidates(candidates, dataset.texts, onAnswers),
    );
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
      comparisons: compare(dataset.labels, runs),
    };
  } finally {
    await Promise.all(candidates.map((candidate) => candidate.close()));
  }
}

/** Shows a bar while the models answer, in a terminal only. */
async function withProgress<T>(
  total: number,
  run: (onAnswers?: (count: number) => void) => Promise<T>,
): Promise<T> {
  if (!process.stderr.isTTY) return run();
  const bar = new ProgressBar({ output: process.stderr, name: 'predictions', total });
  try {
    return await run((count) => bar.add(count));
  } finally {
    bar.end();
  }
}

/** As given: NAME or NAME=GRAPH. */
function nameOf(choice: ModelChoice | undefined): string {
  return choice?.graph === undefined ? `${choice?.name}` : `${choice.name}=${choice.graph}`;
}
