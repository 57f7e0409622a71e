import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describeFiles } from '../../service/inference/bundle/bundle-files.ts';
import { ProgressBar, type ProgressOutput } from '../kit/progress.ts';
import { withRetries } from '../kit/retry.ts';
import { isLfsPointer } from './lfs-pointer.ts';
import { SOURCE_RETRIES } from './retries.ts';
import {
  type ModelSource,
  type OpenedFile,
  type ResumePoint,
  SourceError,
  type SourceFile,
} from './source.ts';

export interface DownloadOptions {
  readonly output: ProgressOutput;
  /** A source that sends nothing for longer is asked again. */
  readonly stallTimeoutMs?: number;
}

const STALL_TIMEOUT_MS = 30_000;

/**
 * Downloads a file, resuming an earlier attempt, also of an earlier process. `path` exists only
 * when the content has the expected size and hash, as far as they are known.
 *
 * @throws SourceError
 */
export async function download(
  source: ModelSource,
  file: SourceFile,
  path: string,
  options: DownloadOptions,
): Promise<void> {
  if (await isComplete(file, path)) return;
  const part = `${path}.part`;
  await mkdir(dirname(path), { recursive: true });
  const resume = await resumePoint(file, part);
  const progress = new ProgressBar({
    output: options.output,
    name: file.name,
    total: file.bytes ?? null,
    unit: 'bytes',
    done: resume?.startByte ?? 0,
  });
  await withRetries(() => attempt(source, file, part, progress, options), SOURCE_RETRIES);
  await check(source, file, part);
  await rename(part, path);
  await rm(etagPath(part), { force: true });
  progress.update((await stat(path)).size);
  progress.end();
}

/** An earlier process has downloaded the file; only a hash tells that it is still the same. */
async function isComplete({ sha256 }: SourceFile, path: string): Promise<boolean> {
  if (sha256 === undefined || !existsSync(path)) return false;
  const [there] = await describeFiles(dirname(path), [basename(path)]);
  return there?.sha256 === sha256;
}

async function attempt(
  source: ModelSource,
  file: SourceFile,
  part: string,
  progress: ProgressBar,
  { stallTimeoutMs = STALL_TIMEOUT_MS }: DownloadOptions,
): Promise<void> {
  const resume = await resumePoint(file, part);
  if (resume !== undefined && resume.startByte === file.bytes) return;
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), stallTimeoutMs);
  try {
    const opened = await source.open(file.name, resume, stalled.signal);
    const { startByte, totalBytes, etag } = opened;
    expectContinuation(file, opened, resume);
    if (etag === undefined) await rm(etagPath(part), { force: true });
    else await writeFile(etagPath(part), etag);
    let received = startByte;
    const limit = file.bytes ?? totalBytes ?? Number.POSITIVE_INFINITY;
    await pipeline(
      opened.body,
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          timer.refresh();
          received += chunk.length;
          if (received > limit) throw wrongSize(file, `more than the ${limit} bytes announced`);
          progress.update(received);
          yield chunk;
        }
      },
      createWriteStream(part, { flags: startByte === 0 ? 'w' : 'a' }),
      { signal: stalled.signal },
    );
    if (received < (totalBytes ?? 0)) throw broken(file, 'it ended early');
  } catch (error) {
    if (error instanceof SourceError) throw error;
    const silence = `nothing arrived for ${stallTimeoutMs} ms`;
    throw broken(file, stalled.signal.aborted ? silence : String(error), error);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws SourceError for an answer that is not what was announced: its bytes must not be kept */
function expectContinuation(
  file: SourceFile,
  { startByte, totalBytes, etag }: OpenedFile,
  resume: ResumePoint | undefined,
): void {
  // A whole file is checked when it has arrived.
  if (startByte === 0) return;
  if (totalBytes !== undefined && totalBytes !== (file.bytes ?? totalBytes)) {
    throw wrongSize(file, `${totalBytes} bytes now, ${file.bytes} were announced`);
  }
  if (startByte !== resume?.startByte) {
    throw broken(file, `the answer begins at byte ${startByte}, not at ${resume?.startByte ?? 0}`);
  }
  if (etag !== undefined && etag !== resume.etag) throw broken(file, 'it has changed meanwhile');
}

/** Undefined without an ETag: the rest might belong to another version of the file. */
async function resumePoint(
  { bytes = 0 }: SourceFile,
  part: string,
): Promise<ResumePoint | undefined> {
  try {
    const [{ size }, etag] = await Promise.all([stat(part), readFile(etagPath(part), 'utf8')]);
    return size > 0 && size <= bytes ? { startByte: size, etag } : undefined;
  } catch {
    return undefined;
  }
}

async function check(source: ModelSource, file: SourceFile, part: string): Promise<void> {
  const [actual] = await describeFiles(dirname(part), [basename(part)]);
  let fault: SourceError | undefined;
  if (await isLfsPointer(part)) {
    fault = new SourceError(
      `${file.name} is a Git LFS pointer, not the file itself; ${source.pointerRemedy}`,
      { retryable: false },
    );
  } else if (file.bytes !== undefined && actual?.bytes !== file.bytes) {
    fault = wrongSize(file, `${actual?.bytes} bytes, ${file.bytes} were expected`);
  } else if (file.sha256 !== undefined && actual?.sha256 !== file.sha256) {
    fault = new SourceError(
      `${file.name} has SHA-256 ${actual?.sha256}, expected ${file.sha256}; what was downloaded ` +
        'is deleted',
      { retryable: false },
    );
  }
  if (fault === undefined) return;
  await Promise.all([rm(part, { force: true }), rm(etagPath(part), { force: true })]);
  throw fault;
}

function wrongSize({ name }: SourceFile, what: string): SourceError {
  return new SourceError(`${name} has ${what}`, { retryable: false });
}

function broken({ name }: SourceFile, why: string, cause?: unknown): SourceError {
  return new SourceError(`The download of ${name} broke: ${why}`, { retryable: true, cause });
}

function etagPath(part: string): string {
  return `${part}.etag`;
}
