import { constants } from 'node:fs';
import { access, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { CliError, reasonOf } from './errors.ts';
import { lockForThisRun } from './run-lock.ts';

const Count = Type.Integer({ minimum: 0 });

const Progress = Type.Object({
  cursor: Type.String(),
  done: Count,
  failed: Type.Optional(Count),
  /** Time of the progress, in Unix milliseconds; absent in files of earlier versions. */
  savedMs: Type.Optional(Count),
});

/** Progress of a job: where to continue, how many items are done, and how many of them failed. */
export type Progress = Static<typeof Progress>;

const State = Type.Record(Type.String(), Progress);

/** Key of a job: what was done at another service, or with another choice, does not count. */
export function jobKey(command: string, url: string, ...choices: readonly string[]): string {
  return [command, url, ...choices].join(':');
}

/** Says that a job continues where an earlier run stopped. @param of such as " of @nasa" */
export function continuation({ failed = 0 }: Progress, of = ''): string {
  const before = failed > 0 ? `, in which ${failed} failed` : '';
  return `Continues an earlier run${of}${before}; --restart starts at the beginning.`;
}

/** Progress of unfinished jobs by name, in a JSON file; without any there is no file. */
export class StateFile {
  readonly #path: string;
  readonly #jobs: Map<string, Progress>;

  private constructor(path: string, jobs: Map<string, Progress>) {
    this.#path = path;
    this.#jobs = jobs;
  }

  /**
   * Opens the file for this process alone.
   *
   * @throws CliError when the file exists but is not a state file, another process uses it, or its
   *   folder is not writable
   */
  static async open(path: string): Promise<StateFile> {
    await access(dirname(path), constants.W_OK).catch((cause: unknown) => {
      throw new CliError(`${path} cannot be written: ${reasonOf(cause)}`, { cause });
    });
    await lockForThisRun(path, 'choose another file with --state');
    let content: string;
    try {
      content = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return new StateFile(path, new Map());
      }
      throw new CliError(`${path} cannot be read: ${reasonOf(error)}`, { cause: error });
    }
    const state = parsed(content);
    if (!Check(State, state)) {
      throw new CliError(`${path} is not a state file; remove it to start from the beginning.`);
    }
    return new StateFile(path, new Map(Object.entries(state)));
  }

  get(job: string): Progress | undefined {
    return this.#jobs.get(job);
  }

  async put(job: string, progress: Omit<Progress, 'savedMs'>): Promise<void> {
    this.#jobs.set(job, { ...progress, savedMs: Date.now() });
    await this.#write();
  }

  async remove(job: string): Promise<void> {
    if (this.#jobs.delete(job)) await this.#write();
  }

  /** Writes another file first: readers never see half of one. */
  async #write(): Promise<void> {
    const next = `${this.#path}.new`;
    try {
      if (this.#jobs.size === 0) {
        await rm(this.#path, { force: true });
        return;
      }
      await writeFile(next, `${JSON.stringify(Object.fromEntries(this.#jobs), null, 2)}\n`);
      await rename(next, this.#path);
    } catch (error) {
      throw new CliError(`${this.#path} cannot be written: ${reasonOf(error)}`, { cause: error });
    }
  }
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
