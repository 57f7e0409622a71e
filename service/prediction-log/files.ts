import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** One file of the prediction log: the records of one UTC day as JSON Lines. */
export interface PredictionLogFile {
  /** yyyy-MM-dd */
  readonly day: string;
  readonly path: string;
}

export interface PredictionLogListing {
  /** In order of their days. */
  readonly files: readonly PredictionLogFile[];
  /** The first day that the owner of the log has compressed. */
  readonly firstCompressedDay: string | undefined;
}

const FILE_NAME = /^(\d{4}-\d{2}-\d{2})\.jsonl(\.gz)?$/;

export function predictionLogPath(dir: string, day: string): string {
  return join(dir, `${day}.jsonl`);
}

/** Lists the files of a log; other files of the folder are ignored. */
export async function listPredictionLog(dir: string): Promise<PredictionLogListing> {
  const files: PredictionLogFile[] = [];
  let firstCompressedDay: string | undefined;
  for (const name of (await readdir(dir)).toSorted()) {
    const [, day, isCompressed] = FILE_NAME.exec(name) ?? [];
    if (day === undefined) continue;
    if (isCompressed === undefined) files.push({ day, path: join(dir, name) });
    else firstCompressedDay ??= day;
  }
  return { files, firstCompressedDay };
}
