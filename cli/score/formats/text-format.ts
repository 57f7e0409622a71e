import type { Line } from '../../kit/lines.ts';
import type { AddedColumns } from '../added-columns.ts';
import { csvLine } from './csv-format.ts';
import type { InputRecord, RecordReader } from './format.ts';

const SEPARATOR = ',';

/** Plain text, one text a line; the output is CSV. */
export function openText(lines: AsyncIterable<Line>, added: AddedColumns): RecordReader {
  const header = `${csvLine(['text', ...added.names], SEPARATOR)}\n`;
  return { layout: { header }, records: recordsOf(lines) };
}

async function* recordsOf(lines: AsyncIterable<Line>): AsyncGenerator<InputRecord> {
  for await (const { number, end, text, fault = '' } of lines) {
    yield { line: number, next: { bytes: end, lines: number }, texts: textsOf(text, fault) };
  }
}

function textsOf(line: string | null, fault: string): InputRecord['texts'] {
  if (line === null) return [{ fault }];
  const text = line.replace(/\r$/, '');
  if (text.trim() === '') return [];
  return [{ text, scored: (added) => csvLine([text, ...Object.values(added)], SEPARATOR) }];
}
