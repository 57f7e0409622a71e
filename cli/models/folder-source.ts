import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import {
  type ModelSource,
  type OpenedFile,
  type ResumePoint,
  SourceError,
  type SourceFile,
} from './source.ts';

/** A folder of this machine. */
export class FolderSource implements ModelSource {
  readonly origin: ModelSource['origin'];
  readonly license = undefined;
  readonly pointerRemedy = 'fetch the files by `git lfs pull` in the folder';
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = resolve(folder);
    this.origin = { repository: folderRepository(folder), revision: null };
  }

  async list(): Promise<SourceFile[]> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(
      (error: unknown) => {
        throw unreadable(this.#folder, error);
      },
    );
    const files = await Promise.all(
      entries.map(async ({ parentPath, name }) => {
        const path = join(parentPath, name);
        // Snapshots in the cache of the hub's tools consist of links; a broken one is not a file.
        const stats = await stat(path).catch(() => undefined);
        if (!stats?.isFile()) return undefined;
        return { name: relative(this.#folder, path).split(sep).join('/'), bytes: stats.size };
      }),
    );
    return files.filter((file) => file !== undefined);
  }

  async open(name: string, resume: ResumePoint | undefined): Promise<OpenedFile> {
    const path = join(this.#folder, name);
    const { size, mtimeMs } = await stat(path).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    const etag = `${size}-${mtimeMs}`;
    const startByte = resume?.etag === etag ? resume.startByte : 0;
    return {
      body: createReadStream(path, { start: startByte }),
      startByte,
      totalBytes: size,
      etag,
    };
  }
}

/** Name of a folder in the manifest: its path would mean nothing on another machine. */
export function folderRepository(folder: string): string {
  return `file:${basename(resolve(folder))}`;
}

function unreadable(path: string, cause: unknown): SourceError {
  return new SourceError(
    `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
    {
      retryable: false,
      cause,
    },
  );
}
