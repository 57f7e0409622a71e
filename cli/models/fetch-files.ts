import { join } from 'node:path';
import type { ProgressOutput } from '../kit/progress.ts';
import { download } from './download.ts';
import type { ModelSource, SourceFile } from './source.ts';

/**
 * Downloads files to a folder, under their names.
 *
 * @throws SourceError
 */
export async function fetchFiles(
  source: ModelSource,
  files: readonly SourceFile[],
  folder: string,
  output: ProgressOutput,
): Promise<void> {
  for (const file of files) await download(source, file, join(folder, file.name), { output });
}
