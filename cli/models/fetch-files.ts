import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgressOutput } from '../kit/progress.ts';
import { download } from './download.ts';
import { type ModelSource, SourceError, type SourceFile } from './source.ts';

const LFS_POINTER = 'version https://git-lfs';

/**
 * Downloads files to a folder, under their names.
 *
 * @throws SourceError, also when one is a pointer of Git LFS in place of the file
 */
export async function fetchFiles(
  source: ModelSource,
  files: readonly SourceFile[],
  folder: string,
  output: ProgressOutput,
): Promise<void> {
  for (const file of files) {
    const path = join(folder, file.name);
    await download(source, file, path, { output });
    if ((await start(path)) !== LFS_POINTER) continue;
    throw new SourceError(
      `${file.name} is a Git LFS pointer, not the file itself; fetch the files by \`git lfs pull\``,
      { retryable: false },
    );
  }
}

async function start(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LFS_POINTER.length));
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
