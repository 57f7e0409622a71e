import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CannotRun } from './cannot-run.ts';

/** Folder of files that the benchmarks build and fetch; git-ignored. */
export const CACHE_DIR = resolve('.tools/bench');

/**
 * A file of the folder that a variable names: data and models that the project does not hold.
 *
 * @throws CannotRun saying which variable to set
 */
export function assetOf(
  variable: 'BENCH_MODELS_DIR' | 'BENCH_DATA_DIR',
  ...path: string[]
): string {
  const folder = process.env[variable];
  const file = path.join('/');
  if (!folder) throw new CannotRun(`${variable} is not set: the folder that holds ${file}`);
  const found = join(folder, ...path);
  if (!existsSync(found)) throw new CannotRun(`${variable} (${folder}) does not hold ${file}`);
  return found;
}
