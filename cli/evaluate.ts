/** Measures models on labelled texts: `npm run evaluate -- --texts FILE --labels FILE`. */
import { availableParallelism, cpus } from 'node:os';
import { type Arguments, parseArguments, USAGE } from './evaluate/arguments.ts';
import { Candidate } from './evaluate/candidate.ts';
import { readDataset } from './evaluate/dataset.ts';
import { agreementOf, evaluationOf } from './evaluate/evaluation.ts';
import { formatReport, type Report } from './evaluate/report.ts';
import { runCandidates } from './evaluate/run-candidates.ts';
import { UsageError } from './shared/cli-error.ts';

async function evaluate({ texts: file, labels, models }: Arguments): Promise<Report> {
  const dataset = await readDataset(file, labels);
  const candidates: Candidate[] = [];
  try {
    for (const model of models) candidates.push(await Candidate.load(model));
    const runs = await runCandidates(candidates, dataset.texts);
    return {
      texts: dataset.texts.length,
      cpu: cpus()[0]?.model.trim() || 'of an unknown kind',
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

/** Prints the reason and ends: 2 for wrong usage, 1 for everything else. */
function fail(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `${message}\n\n${USAGE}` : message);
  process.exit(isUsage ? 2 : 1);
}

try {
  const wanted = parseArguments(process.argv.slice(2));
  if (wanted === null) console.log(USAGE);
  else {
    const report = await evaluate(wanted);
    console.log(wanted.json ? JSON.stringify(report, null, 2) : formatReport(report));
  }
} catch (error) {
  fail(error);
}
