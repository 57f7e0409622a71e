import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** One file of the prediction log: the records of one UTC day as JSON Lines. */
export interface PredictionLogFile {
  /** yyyy-MM-dd */
  readonly day: string;
  readonly path: string;
}

const FILE_NAME = /^(\d{4}-\d{2}-\d{2})\.jsonl$/;

export function predictionLogPath(dir: string, day: string): string {
  return join(dir, `${day}.jsonl`);
}

/** The files of a log in order of their days; other files of the folder are ignored. */
export async function listPredictionLog(dir: string): Promise<PredictionLogFile[]> {
  const names = (await readdir(dir)).toSorted();
  return names.flatMap((name) => {
    const day = FILE_NAME.exec(name)?.[1];
    return day === undefined ? [] : [{ day, path: join(dir, name) }];
  });
}
