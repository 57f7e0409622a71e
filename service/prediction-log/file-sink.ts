import { constants } from 'node:fs';
import { access, type FileHandle, mkdir, open, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '../application/ports/logger.ts';
import { StartupError } from '../domain/errors.ts';
import { formatDay, utcDay } from '../domain/utc-days.ts';
import { listPredictionLog, predictionLogPath } from './files.ts';
import type { RecordLine } from './record.ts';
import { PartialWriteError, type RecordSink } from './record-sink.ts';
import { Retention, type RetentionClocks } from './retention.ts';

export interface FilePredictionLogOptions {
  readonly dir: string;
  /** Older files are deleted. */
  readonly keepDays: number;
  readonly logger: Logger;
  /** The system's clocks by default. */
  readonly clocks?: RetentionClocks;
}

/** Time between two looks for expired files, and the most that one of them deletes. */
const EXPIRY_INTERVAL_MS = 3_600_000;
const MAX_DELETED = 5;

const SYSTEM_CLOCKS: RetentionClocks = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
};

const LINE_BREAK = 0x0a;

/**
 * Appends to one JSON Lines file per UTC day. Processes may share the folder: lines are appended by
 * one call of the system, which no other process interrupts, and a torn line is ended first.
 */
export class FilePredictionLogSink implements RecordSink {
  readonly maxLines = 10_000;
  readonly maxBytes = 4_194_304;
  readonly #options: FilePredictionLogOptions;
  readonly #clocks: RetentionClocks;
  readonly #retention: Retention;
  #nextExpiryMs = Number.NEGATIVE_INFINITY;
  #hasWarnedOfKept = false;

  private constructor(options: FilePredictionLogOptions) {
    this.#options = options;
    this.#clocks = options.clocks ?? SYSTEM_CLOCKS;
    this.#retention = new Retention(options.keepDays, this.#clocks);
  }

  /** @throws StartupError if the folder cannot be created or written */
  static async open(options: FilePredictionLogOptions): Promise<FilePredictionLogSink> {
    try {
      await makeFolder(options.dir);
      await access(options.dir, constants.W_OK | constants.X_OK);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StartupError(
        `PREDICTION_LOG_DIR=${options.dir} is not a writable directory: ${reason}. ` +
          `Set one that ${thisUser()} can write to, or none.`,
        { cause },
      );
    }
    return new FilePredictionLogSink(options);
  }

  async write(lines: readonly RecordLine[]): Promise<void> {
    const days = Map.groupBy(lines, ({ createdTimestampMs }) =>
      formatDay(utcDay(createdTimestampMs)),
    );
    for (const [day, ofDay] of days) {
      try {
        await append(predictionLogPath(this.#options.dir, day), ofDay);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new PartialWriteError(message, [...days.values()].flat(), error);
      }
      days.delete(day);
    }
    await this.#expire();
  }

  /**
   * Deletes a few of the expired files, at most once an hour. Keeps those after a day that the owner of
   * the log has compressed, which is never deleted: they may hold the tombstones of its tweets.
   */
  async #expire(): Promise<void> {
    const nowMs = this.#clocks.monotonicMs();
    if (nowMs < this.#nextExpiryMs) return;
    this.#nextExpiryMs = nowMs + EXPIRY_INTERVAL_MS;
    const { dir, keepDays, logger } = this.#options;
    const deleted: string[] = [];
    try {
      const files = await listPredictionLog(dir);
      const firstCompressedDay = files.find(({ isCompressed }) => isCompressed)?.day;
      const expired = this.#retention.expired(files.filter(({ isCompressed }) => !isCompressed));
      const deletable = expired.filter(
        ({ day }) => firstCompressedDay === undefined || day < firstCompressedDay,
      );
      if (deletable.length < expired.length) this.#warnOfKept(firstCompressedDay);
      for (const { path, day } of deletable.slice(0, MAX_DELETED)) {
        await unlink(path);
        deleted.push(day);
      }
    } catch (err) {
      logger.warn({ err }, 'expired files of the prediction log could not be deleted');
    }
    if (deleted.length > 0) {
      logger.info({ days: deleted, keepDays }, 'deleted expired files of the prediction log');
    }
  }

  #warnOfKept(compressedDay: string | undefined): void {
    if (this.#hasWarnedOfKept) return;
    this.#hasWarnedOfKept = true;
    this.#options.logger.warn(
      { compressedDay },
      'expired files of the prediction log are kept: they may hold tombstones of a compressed day',
    );
  }
}

/**
 * Makes a folder and those above it. Not by the `recursive` of Node's mkdir, which never ends where a
 * folder exists and takes no entry, such as /proc.
 */
async function makeFolder(dir: string): Promise<void> {
  const parent = dirname(dir);
  if (parent !== dir && !(await isFolder(parent))) await makeFolder(parent);
  try {
    await mkdir(dir);
  } catch (error) {
    if (!(await isFolder(dir))) throw error;
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function append(path: string, lines: readonly RecordLine[]): Promise<void> {
  const file = await open(path, 'a+');
  try {
    const start = (await endsWithin(file)) ? '\n' : '';
    const content = Buffer.from(start + lines.map(({ text }) => text).join(''));
    // Not appendFile, whose calls of 512 KiB each would mix with those of other processes.
    const { bytesWritten } = await file.write(content);
    if (bytesWritten < content.length) {
      throw new Error(
        `only ${bytesWritten} of ${content.length} bytes could be appended to ${path}; is the disk full?`,
      );
    }
  } finally {
    await file.close();
  }
}

/** Checks for an unfinished last line, as after a crash or on a full disk. */
async function endsWithin(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== LINE_BREAK;
}

/** By number, as the owner of a container's volume is given. */
function thisUser(): string {
  return process.getuid === undefined ? 'this user' : `user ${process.getuid()}`;
}
