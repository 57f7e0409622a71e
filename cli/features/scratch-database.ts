import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type Json } from '@duckdb/node-api';

/** What DuckDB may hold in memory; beyond that it goes to disk. */
const MEMORY_LIMIT = '512MB';

/** Each thread has buffers of its own. */
const MAX_THREADS = 4;

/** A DuckDB database in a folder of its own, which only one command uses. */
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

  /** Whatever is done with it is cut short when the signal is aborted. */
  static async open(dir: string, signal: AbortSignal): Promise<ScratchDatabase> {
    const instance = await DuckDBInstance.create(join(dir, 'scratch.duckdb'), {
      memory_limit: MEMORY_LIMIT,
      threads: String(Math.min(availableParallelism(), MAX_THREADS)),
      temp_directory: join(dir, 'spill'),
      // What is needed is built in; nothing is fetched from the network.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    return new ScratchDatabase(instance, await instance.connect(), signal);
  }

  /** @throws Error when a statement fails; the signal's reason when it was aborted. */
  async run(sql: string): Promise<void> {
    await this.#untilAborted(() => this.#connection.run(sql));
  }

  /** The rows of a query; integers beyond 32 bits as decimal strings. */
  async query(sql: string): Promise<Record<string, Json>[]> {
    const reader = await this.#untilAborted(() => this.#connection.runAndReadAll(sql));
    return reader.getRowObjectsJson();
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
    } finally {
      // Also when the work has ended well: an interrupt that came before its start is lost.
      this.#signal.throwIfAborted();
    }
  }
}

/** A text as SQL writes it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
