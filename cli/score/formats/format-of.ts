import { UsageError } from '../../kit/errors.ts';
import type { FormatName } from './format.ts';

const BY_ENDING: Readonly<Record<string, FormatName>> = {
  csv: 'csv',
  tsv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  txt: 'text',
};

/** The format that a file's name tells, also before `.gz`. */
function formatOfName(name: string): FormatName | undefined {
  const [, ending = ''] = /\.([a-z]+)(?:\.gz)?$/i.exec(name) ?? [];
  return BY_ENDING[ending.toLowerCase()];
}

/** Format of the input. @throws UsageError when its name does not tell it */
export function inputFormat(file: string, given: FormatName | undefined): FormatName {
  const format = given ?? formatOfName(file);
  if (format) return format;
  const what = file === '-' ? 'standard input' : `'${file}'`;
  throw new UsageError(`the format of ${what} is not known; give --format csv, jsonl or text`);
}

/** @throws UsageError when the output's name tells another format than the one that is written */
export function checkOutputName(out: string, format: FormatName): void {
  const written = format === 'jsonl' ? 'jsonl' : 'csv';
  const named = formatOfName(out);
  if (named === undefined || named === written) return;
  throw new UsageError(
    `--out must end in .${written} or .${written}.gz for this input, got '${out}'`,
  );
}
