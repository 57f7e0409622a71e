import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Replaces a folder: writes the new content into a folder beside it, then renames. If the content is
 * the same, the old folder stays, for processes that read from it.
 *
 * @param write writes the content into the folder that it is given
 */
export async function replaceFolder(
  folder: string,
  write: (next: string) => Promise<void>,
): Promise<void> {
  const next = `${folder}.${process.pid}`;
  const last = `${next}.last`;
  const remove = () => {
    for (const path of [next, last]) rmSync(path, { recursive: true, force: true });
  };
  remove();
  try {
    await write(next);
    if (isSame(next, folder)) return;
    if (existsSync(folder)) renameSync(folder, last);
    renameSync(next, folder);
  } finally {
    remove();
  }
}

function isSame(one: string, other: string): boolean {
  const files = filesOf(one);
  return (
    files.join('\n') === filesOf(other).join('\n') &&
    files.every((file) => readFileSync(join(one, file)).equals(readFileSync(join(other, file))))
  );
}

/** Relative paths of all files; empty if the folder does not exist. */
function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
}
