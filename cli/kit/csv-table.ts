import { type CsvHeader, type CsvHeaders, CsvRecords } from './csv-records.ts';
import { CliError } from './errors.ts';
import type { Input } from './input.ts';
import { withRemedy } from './lines.ts';
import { strictLines } from './strict-lines.ts';

interface CsvRow {
  readonly cells: readonly string[];
  /** Line in which the record begins, from 1. */
  readonly line: number;
  /** Bytes of the text up to its end, as UTF-8 with `\n` line ends. */
  readonly end: number;
}

interface CsvTable<Header extends CsvHeader> {
  readonly header: Header;
  readonly rows: AsyncGenerator<CsvRow>;
}

/**
 * Opens a CSV file, every record of which must have the cells of its header.
 *
 * @param choose picks a header of those that the separators give
 * @throws CliError naming the file and the line, also while the rows are read
 */
export async function openCsvTable<Header extends CsvHeader>(
  input: Input,
  choose: (headers: CsvHeaders) => Header,
): Promise<CsvTable<Header>> {
  const records = new CsvRecords(strictLines(input));
  const header = choose(await records.headers(input.name));
  return { header, rows: rowsOf(records, header, input.name) };
}

async function* rowsOf(
  records: CsvRecords,
  { delimiter, names }: CsvHeader,
  file: string,
): AsyncGenerator<CsvRow> {
  for (;;) {
    const record = await records.next({ delimiter, width: names.length });
    if (!record) return;
    const { line, next } = record;
    if ('fault' in record) throw new CliError(`${file}, line ${line} ${withRemedy(record.fault)}`);
    yield { cells: record.cells, line, end: next.bytes };
  }
}
