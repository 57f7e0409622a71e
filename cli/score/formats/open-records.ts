import type { Line } from '../../kit/lines.ts';
import { type CsvOptions, continueCsv, openCsv } from './csv-format.ts';
import type { Layout, LineFormat, RecordReader } from './format.ts';
import { openJsonLines } from './json-lines-format.ts';
import { openText } from './text-format.ts';

/**
 * Reads records of a format.
 *
 * @param layout that of an earlier run, when the lines begin behind the first one
 * @throws CliError when the file has no texts
 */
export async function openRecords(
  format: LineFormat,
  lines: AsyncIterableIterator<Line>,
  options: CsvOptions,
  layout: Layout | undefined,
): Promise<RecordReader> {
  switch (format) {
    case 'csv': {
      const csv = layout?.csv;
      return layout && csv ? continueCsv(lines, { ...layout, csv }) : openCsv(lines, options);
    }
    case 'jsonl':
      return openJsonLines(lines, options);
    case 'text':
      return openText(lines, options);
  }
}
