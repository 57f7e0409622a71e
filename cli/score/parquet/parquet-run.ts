import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError, reasonOf } from '../../kit/errors.ts';
import { Input } from '../../kit/input.ts';
import { ScratchDatabase } from '../../kit/scratch-database.ts';
import type { AddedColumns } from '../added-columns.ts';
import type { FormatName, Layout } from '../formats/format.ts';
import type { Conversion } from '../output.ts';
import type { Source } from '../source.ts';
import { csvToParquet, jsonLinesToParquet } from './lines-to-parquet.ts';
import { ParquetInput } from './parquet-input.ts';

export interface ParquetRunOptions {
  readonly input: Input;
  readonly file: string;
  readonly format: FormatName;
  /** Column of the texts; found by default. */
  readonly column: string | undefined;
  readonly added: AddedColumns;
  readonly out: string;
}

/** Ctrl-C ends the process, which the same command continues. */
const NEVER_ABORTED = new AbortController().signal;

/**
 * The steps of DuckDB before and after the scoring, in a folder beside the output: texts of a
 * Parquet file become JSON Lines, and scored lines become Parquet.
 */
export class ParquetRun implements Conversion {
  readonly #options: ParquetRunOptions;
  readonly #workDir: string;

  constructor(options: ParquetRunOptions) {
    this.#options = options;
    this.#workDir = `${resolve(options.out)}.partial.work`;
  }

  /** Writes the texts of the Parquet file as lines, the same in each run. @throws CliError */
  async extractTexts(): Promise<Source> {
    const { name } = this.#options.input;
    const texts = join(this.#workDir, 'texts.jsonl');
    const column = await this.#inDatabase(async (database) => {
      const parquet = await ParquetInput.open(database, this.#options);
      await parquet.extractTexts(texts);
      return parquet.holdsTweets ? undefined : 'text';
    });
    const lines = await Input.open(texts);
    return { input: lines, name, format: 'jsonl', column, unit: 'row' };
  }

  prepare(text: string): string {
    return this.#options.format === 'jsonl' ? withoutLoneSurrogates(text) : text;
  }

  async convert(lines: string, layout: Layout): Promise<string> {
    const { format, added, out } = this.#options;
    const target = join(this.#workDir, 'whole');
    try {
      await this.#inDatabase(async (database) => {
        if (format === 'parquet') {
          const parquet = await ParquetInput.open(database, this.#options);
          await parquet.join(lines, target, out);
        } else if (format === 'jsonl') await jsonLinesToParquet(database, { lines, target, added });
        else await csvToParquet(database, { lines, target, added, layout });
      });
    } catch (cause) {
      const written = format === 'text' || format === 'csv' ? 'CSV' : 'JSON Lines';
      throw new CliError(
        `the scores cannot be converted; ${out}.partial holds all of them, as ${written}: ` +
          reasonOf(cause),
        { cause },
      );
    }
    await this.#expectSameInput();
    return target;
  }

  /** @throws CliError if the file changed meanwhile: its rows may not be those that were scored */
  async #expectSameInput(): Promise<void> {
    const { file, input, out } = this.#options;
    const { fingerprint } = await Input.open(file);
    if (fingerprint === input.fingerprint) return;
    throw new CliError(
      `${file} has changed while it was scored; ${out} is not written, run the command again`,
    );
  }

  async close(): Promise<void> {
    await rm(this.#workDir, { recursive: true, force: true });
  }

  async #makeWorkDir(): Promise<void> {
    try {
      // A run that was killed leaves one.
      await rm(this.#workDir, { recursive: true, force: true });
      await mkdir(this.#workDir, { recursive: true });
    } catch (cause) {
      throw new CliError(`${this.#workDir} cannot be written: ${reasonOf(cause)}`, { cause });
    }
  }

  async #inDatabase<Result>(work: (database: ScratchDatabase) => Promise<Result>): Promise<Result> {
    await this.#makeWorkDir();
    return ScratchDatabase.use(this.#workDir, NEVER_ABORTED, work);
  }
}

/** Any escape of a JSON string; a surrogate without its other half is in the group. */
const ESCAPE = /\\(?:ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|(ud[89a-f][\da-f]{2})|.)/gi;

/** Replaces halves of characters, which Node's JSON allows and DuckDB's refuses. */
export function withoutLoneSurrogates(json: string): string {
  return json.replace(ESCAPE, (match, lone) => (lone === undefined ? match : '\\ufffd'));
}
