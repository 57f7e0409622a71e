import { readdir, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { say } from '../kit/printable.ts';
import type { ProgressOutput } from '../kit/progress.ts';
import type { ModelSource, SourceFile } from './source.ts';

const DOWNLOADS = '.downloads';

/** Folder of downloads that are not a model's yet: a folder for each `add`, files of `pull`. */
export function downloadsDir(modelsDir: string): string {
  return join(modelsDir, DOWNLOADS);
}

/**
 * Runs an action that fills a folder of downloads. When it fails, only what the next attempt can
 * use is kept: broken downloads, and whole files that a hash identifies.
 */
export async function withDownloads<T>(
  folder: string,
  source: ModelSource,
  output: ProgressOutput,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const bytes = await keepResumable(folder, source);
    if (bytes > 0) {
      say(
        output,
        `${megabytes(bytes)} of downloads are kept in ${folder}: give the same command again to go on with ` +
          'them, or delete the folder.',
      );
    }
    throw error;
  }
}

/** @returns bytes that are kept */
async function keepResumable(folder: string, source: ModelSource): Promise<number> {
  const paths = await filesOf(folder);
  if (paths.length === 0) {
    await rm(folder, { recursive: true, force: true });
    return 0;
  }
  const isLocal = source.origin.repository.startsWith('file:');
  const offered = isLocal ? [] : await source.list().catch((): readonly SourceFile[] => []);
  const hashed = new Set(offered.filter(({ sha256 }) => sha256).map(({ name }) => name));
  let bytes = 0;
  for (const path of paths) {
    const name = relative(folder, path).split(sep).join('/');
    if (!isLocal && (hashed.has(name) || /\.part(\.etag)?$/.test(name))) {
      bytes += (await stat(path)).size;
    } else await rm(path);
  }
  if (bytes === 0) await rm(folder, { recursive: true, force: true });
  return bytes;
}

/** Lines about downloads that no model has, each with its remedy; none where there are none. */
export async function leftoverLines(modelsDir: string): Promise<string[]> {
  const folder = downloadsDir(modelsDir);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const lines: string[] = [];
  let pulledBytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      lines.push(
        `${path} holds ${megabytes(await bytesOf(path))} of a \`tss models add\` that did not finish; give the ` +
          'same command again to go on, or delete the folder',
      );
    } else pulledBytes += (await stat(path)).size;
  }
  if (pulledBytes > 0) {
    lines.push(
      `${folder} holds ${megabytes(pulledBytes)} of a \`tss models pull\` that did not finish; give the same ` +
        'command again to go on, or delete the files',
    );
  }
  return lines;
}

async function bytesOf(folder: string): Promise<number> {
  const sizes = await Promise.all(
    (await filesOf(folder)).map(async (path) => (await stat(path)).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name));
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
