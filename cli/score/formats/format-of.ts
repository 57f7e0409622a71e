import { UsageError } from '../../kit/errors.ts';
import type { FormatName } from './format.ts';

const BY_ENDING: Readonly<Record<string, FormatName>> = {
  csv: 'csv',
  tsv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
  txt: 'text',
};

/** The format that a file's name tells, also before `.gz`. */
export function formatOfName(name: string): FormatName | undefined {
  const [, ending = ''] = /\.([a-z]+)(?:\.gz)?$/i.exec(name) ?? [];
  return BY_ENDING[ending.toLowerCase()];
}

/** Format of the input. @throws UsageError when its name does not tell it */
export function inputFormat(file: string, given: FormatName | undefined): FormatName {
  const format = given ?? formatOfName(file);
  const what = file === '-' ? 'standard input' : `'${file}'`;
  if (!format) {
    throw new UsageError(
      `the format of ${what} is not known; give --format csv, jsonl, parquet or text`,
    );
  }
  if (format !== 'parquet') return format;
  if (file === '-') throw new UsageError('Parquet cannot be read from standard input; name a file');
  if (isGzip(file)) {
    throw new UsageError(`'${file}' must be unpacked: Parquet has no .gz around it`);
  }
  return format;
}

/** Endings of the output for each format of the input, the usual one first. */
const OUTPUTS = {
  csv: ['csv', 'parquet'],
  text: ['csv', 'parquet'],
  jsonl: ['jsonl', 'parquet'],
  parquet: ['parquet', 'csv', 'jsonl'],
} as const satisfies Record<FormatName, readonly FormatName[]>;

/** Endings of tables that other programs write. */
const FOREIGN = /\.(?:arrow|avro|feather|ods|orc|pa?rq|pq|xls[bmx]?)(?:\.gz)?$/i;

/** @throws UsageError when the output's name tells a format that is not written for this input */
export function checkOutputName(out: string, format: FormatName): void {
  if (out === '-' || out === '') {
    throw new UsageError(`--out must name a file, got '${out}'; omit it for standard output`);
  }
  const [packed] = /\.(?:br|bz2|xz|zip|zst)$/i.exec(out) ?? [];
  if (packed !== undefined) {
    throw new UsageError(`--out must not end in ${packed}: only .gz is written, got '${out}'`);
  }
  const named = formatOfName(out);
  if (named === 'parquet' && isGzip(out)) {
    throw new UsageError(`--out must not end in .gz for Parquet, got '${out}'`);
  }
  const allowed: readonly FormatName[] = OUTPUTS[format];
  if (named === undefined ? !FOREIGN.test(out) : allowed.includes(named)) return;
  const endings = allowed.flatMap((each) => (each === 'parquet' ? [each] : [each, `${each}.gz`]));
  const list = endings.map((ending) => `.${ending}`).join(', ');
  throw new UsageError(
    `--out must end in ${list.replace(/, (?=[^,]*$)/, ' or ')} for this input, got '${out}'`,
  );
}

/** True for a run that reads or writes Parquet. */
export function usesParquet(format: FormatName, out: string | undefined): boolean {
  return format === 'parquet' || (out !== undefined && formatOfName(out) === 'parquet');
}

/** True for a file that is compressed by its name. */
export function isGzip(name: string): boolean {
  return name.toLowerCase().endsWith('.gz');
}
