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
  readonly licence = undefined;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = resolve(folder);
    // The path would mean nothing to who reads the manifest on another machine.
    this.origin = { repository: `file:${basename(this.#folder)}`, revision: null };
  }

  async list(): Promise<SourceFile[]> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(
      (error: unknown) => {
        throw unreadable(this.#folder, error);
      },
    );
    const files = entries.filter((entry) => entry.isFile());
    return Promise.all(
      files.map(async ({ parentPath, name }) => {
        const path = join(parentPath, name);
        const { size } = await stat(path);
        return { name: relative(this.#folder, path).split(sep).join('/'), bytes: size };
      }),
    );
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

function unreadable(path: string, cause: unknown): SourceError {
  return new SourceError(
    `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
    {
      retryable: false,
      cause,
    },
  );
}
