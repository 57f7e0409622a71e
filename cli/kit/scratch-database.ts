import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBType,
  type Json,
} from '@duckdb/node-api';
import { CliError, reasonOf } from './errors.ts';

/** Memory limit of DuckDB, which spills to disk beyond it. */
const MEMORY_LIMIT = '512MB';

/** Each thread has its own buffers. */
const MAX_THREADS = 4;

/** A column of a query's result. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** Temporary DuckDB database in a folder. */
export class ScratchDatabase {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #signal: AbortSignal;
  readonly #interrupt = () => this.#connection.interrupt();

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, signal: AbortSignal) {
    this.#instance = instance;
    this.#connection = connection;
    this.#signal = signal;
    signal.addEventListener('abort', this.#interrupt);
  }

  /** Opens a database for some work, and closes it. The signal interrupts statements. */
  static async use<Result>(
    dir: string,
    signal: AbortSignal,
    work: (database: ScratchDatabase) => Promise<Result>,
  ): Promise<Result> {
    const database = await ScratchDatabase.open(dir, signal);
    try {
      return await work(database);
    } finally {
      database.close();
    }
  }

  /** The signal interrupts statements. */
  static async open(dir: string, signal: AbortSignal): Promise<ScratchDatabase> {
    const instance = await DuckDBInstance.create(join(dir, 'scratch.duckdb'), {
      memory_limit: MEMORY_LIMIT,
      threads: String(Math.min(availableParallelism(), MAX_THREADS)),
      temp_directory: join(dir, 'spill'),
      // Everything needed is built in: fetch nothing from the network.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    return new ScratchDatabase(instance, await instance.connect(), signal);
  }

  /** @throws CliError when a statement fails; the signal's reason when it was aborted */
  async run(sql: string): Promise<void> {
    await this.#untilAborted(() => this.#connection.run(sql));
  }

  /** Adds rows to a table, of integers and texts. @throws whatever reading the rows throws */
  async append(
    table: string,
    rows: AsyncIterable<readonly (number | string | null)[]>,
  ): Promise<void> {
    const appender = await this.#connection.createAppender(table);
    try {
      for await (const row of rows) {
        this.#signal.throwIfAborted();
        for (const value of row) {
          if (value === null) appender.appendNull();
          else if (typeof value === 'number') appender.appendInteger(value);
          else appender.appendVarchar(value);
        }
        appender.endRow();
      }
    } finally {
      appender.closeSync();
    }
  }

  /** Rows of a query; integers beyond 32 bits as decimal strings. */
  async query(sql: string): Promise<Record<string, Json>[]> {
    const reader = await this.#untilAborted(() => this.#connection.runAndReadAll(sql));
    return reader.getRowObjectsJson();
  }

  /** Types of the columns of a query's result, with what nested ones hold. */
  async types(sql: string): Promise<readonly DuckDBType[]> {
    const reader = await this.#untilAborted(() =>
      this.#connection.runAndReadAll(`SELECT * FROM (${sql}) LIMIT 0`),
    );
    return reader.columnTypes();
  }

  /** Columns of a query's result. */
  async columns(sql: string): Promise<readonly Column[]> {
    const found = await this.query(`DESCRIBE ${sql}`);
    return found.map(({ column_name, column_type }) => ({
      name: String(column_name),
      type: String(column_type),
    }));
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#interrupt);
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #untilAborted<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#signal.throwIfAborted();
    try {
      return await work();
    } catch (cause) {
      throw new CliError(reasonOf(cause), { cause });
    } finally {
      // Also after success: an interrupt before the start is lost.
      this.#signal.throwIfAborted();
    }
  }
}

/** SQL literal of a text. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Pattern of paths that matches this one only. */
export function globOf(path: string): string {
  return path.replace(/[[*?]/g, '[$&]');
}

/** SQL identifier of a column's name. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
