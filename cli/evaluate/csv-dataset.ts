import type { Label } from '../../service/domain/sentiment.ts';
import { columnNamed, expectOnce, listColumns, widestOf } from '../kit/csv-columns.ts';
import type { CsvHeader, CsvHeaders } from '../kit/csv-records.ts';
import { openCsvTable } from '../kit/csv-table.ts';
import { CliError } from '../kit/errors.ts';
import { Input } from '../kit/input.ts';
import { type Dataset, expectAtMost, MAX_BYTES } from './dataset.ts';
import { labelFault, parseLabel } from './parse-label.ts';

/** Names of columns in the first line. */
export interface CsvColumns {
  readonly text: string;
  readonly label: string;
}

/** A header, and the places of the columns in it. */
interface LabeledHeader extends CsvHeader {
  readonly text: number;
  readonly label: number;
}

/**
 * Reads a dataset of one CSV file (RFC 4180) with a header, separated by commas, semicolons or
 * tabs.
 *
 * @throws CliError naming the file, the line and the value that is wrong
 */
export async function readCsv(
  path: string,
  columns: CsvColumns,
  maxBytes = MAX_BYTES,
): Promise<Dataset> {
  const { header, rows } = await openCsvTable(await Input.open(path), (headers) =>
    headerWith(columns, headers, path),
  );
  const texts: string[] = [];
  const labels: Label[] = [];
  const lines: number[] = [];
  for await (const { cells, line, end } of rows) {
    expectAtMost(maxBytes, end, path);
    const given = cells[header.label] ?? '';
    const label = parseLabel(given);
    if (label === undefined) {
      throw new CliError(`${path}, line ${line}, column '${columns.label}': ${labelFault(given)}`);
    }
    texts.push(cells[header.text] ?? '');
    labels.push(label);
    lines.push(line);
  }
  if (texts.length === 0) throw new CliError(`${path} has a header but no texts`);
  return { texts, labels, lines };
}

/** The first header with both columns. */
function headerWith(columns: CsvColumns, headers: CsvHeaders, path: string): LabeledHeader {
  for (const header of headers) {
    const text = columnNamed(columns.text, header.names);
    const label = columnNamed(columns.label, header.names);
    if (text === undefined || label === undefined) continue;
    for (const index of [text, label]) expectOnce(header.names, index, path);
    return { ...header, text, label };
  }
  const { names } = widestOf(headers);
  const missing = [
    { option: '--text-column', name: columns.text },
    { option: '--label-column', name: columns.label },
  ].filter(({ name }) => columnNamed(name, names) === undefined);
  throw new CliError(
    `${path} has no column ${missing.map(({ name }) => `'${name}'`).join(' and ')} in its first ` +
      `line; name it with ${missing.map(({ option }) => option).join(' and ')}. ` +
      `Its columns: ${listColumns(names)}`,
  );
}
