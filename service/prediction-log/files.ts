import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** One file of the prediction log: the records of one UTC day as JSON Lines. */
export interface PredictionLogFile {
  /** yyyy-MM-dd */
  readonly day: string;
  readonly path: string;
  /** By the owner of the log. */
  readonly isCompressed: boolean;
}

const FILE_NAME = /^(\d{4}-\d{2}-\d{2})\.jsonl(\.gz)?$/;

export function predictionLogPath(dir: string, day: string): string {
  return join(dir, `${day}.jsonl`);
}

/** Lists the files of a log in order of their days; `onOther` gets the names of the folder's other files. */
export async function listPredictionLog(
  dir: string,
  onOther: (name: string) => void = () => undefined,
): Promise<PredictionLogFile[]> {
  const files: PredictionLogFile[] = [];
  for (const name of (await readdir(dir)).toSorted()) {
    const [, day, compressed] = FILE_NAME.exec(name) ?? [];
    if (day === undefined) onOther(name);
    else files.push({ day, path: join(dir, name), isCompressed: compressed !== undefined });
  }
  return files;
}
