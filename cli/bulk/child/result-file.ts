import { zstdCompressSync } from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { RESULT_COLUMNS, type ResultColumnName } from '../contract.ts';

/** Values of a row; integers of 64 bits are bigint. */
export type ResultRow = Readonly<
  Record<ResultColumnName, string | number | bigint | boolean | Date | null>
>;

/** A row group is written when it has as many rows, or as many characters: they wait in memory. */
const GROUP_ROWS = 50_000;
const GROUP_CHARACTERS = 16 * 1024 * 1024;

const NAMES = Object.keys(RESULT_COLUMNS) as readonly ResultColumnName[];

/** Writes rows as Parquet, row group by row group. */
export class ResultFile {
  readonly #bytes = new Bytes();
  readonly #writer: ParquetWriter;
  #rows: ResultRow[] = [];
  #characters = 0;

  /** @param metadata texts that the file keeps beside its rows */
  constructor(metadata: Readonly<Record<string, string>>) {
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: SCHEMA,
      codec: 'ZSTD',
      compressors: { ZSTD: (input) => zstdCompressSync(input) },
      kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    });
  }

  /** @returns bytes of the file that follow the earlier ones; often none */
  add(row: ResultRow): Uint8Array {
    this.#rows.push(row);
    for (const value of [row.text, row.record]) {
      if (typeof value === 'string') this.#characters += value.length;
    }
    const isFull = this.#rows.length >= GROUP_ROWS || this.#characters >= GROUP_CHARACTERS;
    if (isFull) this.#writeGroup();
    return this.#bytes.take();
  }

  /** @returns the last bytes of the file */
  finish(): Uint8Array {
    if (this.#rows.length > 0) this.#writeGroup();
    void this.#writer.finish();
    return this.#bytes.take();
  }

  #writeGroup(): void {
    const rows = this.#rows;
    const columnData = NAMES.map((name) => ({ name, data: rows.map((row) => row[name]) }));
    // At once: promises are for writers that flush.
    void this.#writer.write({ columnData, rowGroupSize: rows.length });
    this.#rows = [];
    this.#characters = 0;
  }
}

/** Bytes that leave memory as they are taken; offsets in the file go on. */
class Bytes extends ByteWriter {
  take(): Uint8Array {
    const taken = this.getBytes().slice();
    this.index = 0;
    return taken;
  }
}

const PARQUET_TYPES = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  bigint: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  timestamp: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
} as const;

const SCHEMA: SchemaElement[] = [
  { name: 'results', num_children: NAMES.length },
  ...NAMES.map((name): SchemaElement => {
    const column = RESULT_COLUMNS[name];
    const repetition_type = 'nullable' in column ? 'OPTIONAL' : 'REQUIRED';
    return { name, repetition_type, ...PARQUET_TYPES[column.type] };
  }),
];
