import { listColumns } from '../../kit/csv-columns.ts';
import { CliError, reasonOf } from '../../kit/errors.ts';
import { finiteSql } from '../../kit/finite-sql.ts';
import { parquetColumns } from '../../kit/parquet-columns.ts';
import {
  type Column,
  globOf,
  identifier,
  quoted,
  type ScratchDatabase,
} from '../../kit/scratch-database.ts';
import type { AddedColumns } from '../added-columns.ts';
import { formatOfName } from '../formats/format-of.ts';
import { isNestedOfTweet } from '../formats/nested-tweet.ts';
import { longTextColumn, textColumn } from '../formats/text-column.ts';
import { copyOptions } from './copy-options.ts';

/** DuckDB's name of a row's place in its file, from 0. */
const ROW_NUMBER = 'file_row_number';

/** A folder such as `day=2026-11-28` would give a column. */
const FILE_COLUMNS_ONLY = 'hive_partitioning = false';

export interface ParquetInputOptions {
  readonly file: string;
  /** Column of the texts; found by default. */
  readonly column: string | undefined;
  readonly added: AddedColumns;
}

/** A Parquet file in a database. */
export class ParquetInput {
  readonly #database: ScratchDatabase;
  readonly #added: AddedColumns;
  readonly #rows: string;
  readonly #columns: readonly Column[];
  /** SQL of a row's text. */
  readonly #text: string;
  /** Columns in which tweets of X have their whole text. */
  readonly #nested: readonly Column[];

  private constructor(
    database: ScratchDatabase,
    added: AddedColumns,
    source: {
      rows: string;
      columns: readonly Column[];
      text: string;
      nested: readonly Column[];
    },
  ) {
    this.#database = database;
    this.#added = added;
    this.#rows = source.rows;
    this.#columns = source.columns;
    this.#text = source.text;
    this.#nested = source.nested;
  }

  /** @throws CliError when the file is not Parquet, or has no column of texts */
  static async open(
    database: ScratchDatabase,
    { file, column, added }: ParquetInputOptions,
  ): Promise<ParquetInput> {
    const path = quoted(globOf(file));
    const columns = await columnsOf(database, path, file);
    const text = textOf(columns, column, file);
    const names = columns.map(({ name }) => name);
    if (names.some((name) => name.toLowerCase() === ROW_NUMBER)) {
      throw new CliError(
        `${file} has a column '${ROW_NUMBER}', a name that DuckDB uses; rename it`,
      );
    }
    added.expectNoneOf(names);
    const rows = `read_parquet(${path}, ${FILE_COLUMNS_ONLY}, ${ROW_NUMBER} = true)`;
    const nested = column === undefined ? columns.filter(isNested) : [];
    return new ParquetInput(database, added, { rows, columns, text, nested });
  }

  /** The lines of `extractTexts` are tweets, whose text may be in another key. */
  get holdsTweets(): boolean {
    return this.#nested.length > 0;
  }

  /** Writes the texts as JSON Lines, a row a line: the same lines every time. */
  async extractTexts(path: string): Promise<void> {
    const selected = [`${ROW_NUMBER} AS row`, `${this.#text} AS text`];
    if (this.holdsTweets) {
      // Tweets are told by an id, which has no influence on the text.
      selected.push(`'1' AS id`, ...(await this.#inJson(this.#nested)));
    }
    await this.#database.run(
      `COPY (SELECT ${selected.join(', ')} FROM ${this.#rows} source) TO ${quoted(path)} (FORMAT json)`,
    );
  }

  /** Writes the rows that have scores, in their order. @param out name that tells the format */
  async join(scored: string, target: string, out: string): Promise<void> {
    const types = ["row: 'BIGINT'"];
    const isJson = formatOfName(out) === 'jsonl';
    const columns = isJson ? await this.#inJson(this.#columns) : this.#columns.map(inColumns);
    for (const { name, type } of this.#added.columns) {
      types.push(`${quoted(name)}: ${quoted(type)}`);
      columns.push(`scored.${identifier(name)}`);
    }
    await this.#database.run(`
      COPY (
        SELECT ${columns.join(', ')}
        FROM ${this.#rows} source
        JOIN read_json(
          ${quoted(globOf(scored))}, format = 'newline_delimited', ${FILE_COLUMNS_ONLY},
          columns = {${types.join(', ')}}
        ) scored ON scored.row = source.${ROW_NUMBER}
        ORDER BY source.${ROW_NUMBER}
      ) TO ${quoted(target)} ${copyOptions(out)}`);
  }

  async #inJson(columns: readonly Column[]): Promise<string[]> {
    const own = columns.map(inColumns);
    const types = await this.#database.types(`SELECT ${own.join(', ')} FROM ${this.#rows} source`);
    return types.map((type, index) => {
      const { name = '' } = columns[index] ?? {};
      return `${finiteSql(own[index] ?? '', type)} AS ${identifier(name)}`;
    });
  }
}

function inColumns({ name }: Column): string {
  return `source.${identifier(name)}`;
}

async function columnsOf(
  database: ScratchDatabase,
  path: string,
  file: string,
): Promise<readonly Column[]> {
  try {
    return await parquetColumns(database, path, `read_parquet(${path}, ${FILE_COLUMNS_ONLY})`);
  } catch (cause) {
    const [reason] = reasonOf(cause).split('\n');
    throw new CliError(`${file} cannot be read as Parquet: ${reason}`, { cause });
  }
}

/** SQL of a row's text. @throws CliError when there is no column of texts */
function textOf(columns: readonly Column[], named: string | undefined, file: string): string {
  // Only a named column is reported for its type.
  const candidates = named === undefined ? columns.filter(isText) : columns;
  const names = candidates.map(({ name }) => name);
  const found = candidates[textColumn(names, named) ?? -1];
  if (!found) {
    const missing =
      named === undefined ? 'no column of texts that is known by its name' : `no column '${named}'`;
    throw new CliError(
      `${file} has ${missing}; name one with --text-column. Its columns: ` +
        listColumns(columns.map(({ name, type }) => `${name} ${type}`)),
    );
  }
  if (isText(found)) {
    const long = candidates[longTextColumn(names, named) ?? -1];
    const whole = long ? `nullif(${identifier(long.name)}, ''), ` : '';
    return `coalesce(${whole}${identifier(found.name)}, '')`;
  }
  throw new CliError(
    `the column '${found.name}' of ${file} has the type ${found.type}; name a column of texts (VARCHAR) with --text-column, or write this one as VARCHAR`,
  );
}

function isNested({ name, type }: Column): boolean {
  return isNestedOfTweet(name) && /^STRUCT|\]$/.test(type);
}

function isText({ type }: Column): boolean {
  return type === 'VARCHAR';
}
