import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** One file of the prediction log: JSON Lines of the records created on one UTC day. */
export interface PredictionLogFile {
  /** yyyy-MM-dd */
  readonly day: string;
  readonly path: string;
}

const FILE_NAME = /^(\d{4}-\d{2}-\d{2})\.jsonl$/;

/** The UTC day of a time in milliseconds since the epoch, yyyy-MM-dd. */
export function utcDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

export function predictionLogPath(dir: string, day: string): string {
  return join(dir, `${day}.jsonl`);
}

/** The files of a log by day; whatever else is in its folder is not looked at. */
export async function listPredictionLog(dir: string): Promise<PredictionLogFile[]> {
  const names = (await readdir(dir)).toSorted();
  return names.flatMap((name) => {
    const day = FILE_NAME.exec(name)?.[1];
    return day === undefined ? [] : [{ day, path: join(dir, name) }];
  });
}
