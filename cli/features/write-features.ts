import { counted } from '../kit/counted.ts';
import { findLog, warnOfUnreadable } from '../kit/offline/log-lines.ts';
import { ScratchDatabase } from '../kit/scratch-database.ts';
import { exportLog } from './export.ts';
import { type OutputKind, produce } from './output.ts';
import { type TrainingSetOptions, writeTrainingSet } from './training-set.ts';

interface Place {
  readonly out: string;
  readonly logDirs: readonly string[];
}

/** Exports the prediction log to a folder. @returns a summary @throws CliError */
export async function exportFeatures(
  { out, logDirs }: Place,
  signal: AbortSignal,
): Promise<string> {
  const files = await findLog(logDirs);
  return inScratchDatabase(out, 'folder', signal, async (database, path) => {
    const { rows, days, purged, repeated, unreadable } = await exportLog(database, files, path);
    warnOfUnreadable(unreadable);
    return `${out}: ${counted(rows, 'prediction')} of ${counted(days, 'day')}; left out: ${purged} of purged tweets, ${repeated} repeated`;
  });
}

/** Writes a training set to a file. @returns a summary @throws CliError */
export async function makeTrainingSet(
  options: Place & TrainingSetOptions,
  signal: AbortSignal,
): Promise<string> {
  const { out, logDirs } = options;
  const files = await findLog(logDirs);
  return inScratchDatabase(out, 'file', signal, async (database, path) => {
    const { unreadable, ...set } = await writeTrainingSet(database, files, options, path);
    warnOfUnreadable(unreadable);
    return `${out}: ${counted(set.labels, 'label')}, ${set.withFeatures} of them with features`;
  });
}

function inScratchDatabase<Result>(
  out: string,
  kind: OutputKind,
  signal: AbortSignal,
  write: (database: ScratchDatabase, path: string) => Promise<Result>,
): Promise<Result> {
  return produce(out, kind, (path, workDir) =>
    ScratchDatabase.use(workDir, signal, (database) => write(database, path)),
  );
}
