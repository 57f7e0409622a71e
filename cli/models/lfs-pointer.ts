import { open } from 'node:fs/promises';

const START = 'version https://git-lfs';

/** True for a pointer of Git LFS, which stands in a repository in place of a large file. */
export async function isLfsPointer(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(START.length));
    return buffer.toString('latin1', 0, bytesRead) === START;
  } finally {
    await file.close();
  }
}
