import { CliError } from '../../kit/errors.ts';
import { carriageReturnFault, type Line } from '../../kit/lines.ts';
import type { AddedNames, AddedValues } from '../added-columns.ts';
import { type CsvOptions, csvLine } from './csv-format.ts';
import type { InputRecord, RecordReader } from './format.ts';

const SEPARATOR = ',';

/** Plain text, one text a line; the output is CSV. */
export function openText(
  lines: AsyncIterable<Line>,
  { name, added }: Pick<CsvOptions, 'name'> & { readonly added: AddedNames },
): RecordReader {
  const header = `${csvLine(['text', ...added.names], SEPARATOR)}\n`;
  return { layout: { header }, records: recordsOf(lines, name) };
}

/** @throws CliError when the first line holds others */
async function* recordsOf(lines: AsyncIterable<Line>, name: string): AsyncGenerator<InputRecord> {
  for await (const { number, start, end, text, fault = '' } of lines) {
    const returns = number === 1 && text !== null ? carriageReturnFault(text) : undefined;
    if (returns !== undefined) throw new CliError(`${name}, line 1 ${returns}`);
    yield {
      line: number,
      byte: start,
      next: { bytes: end, lines: number },
      texts: textsOf(text, fault),
    };
  }
}

function textsOf(line: string | null, fault: string): InputRecord['texts'] {
  if (line === null) return [{ fault }];
  const text = line.replace(/\r$/, '');
  if (text.trim() === '') return [];
  const scored = (added: AddedValues) => csvLine([text, ...Object.values(added)], SEPARATOR);
  return [{ text, source: null, scored }];
}
