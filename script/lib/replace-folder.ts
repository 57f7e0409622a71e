import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes a folder anew beside its place, then puts it there by renaming. A folder with the same
 * content stays as it is, for processes that read from it.
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

/** Relative paths; none where there is no folder. */
function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
}
