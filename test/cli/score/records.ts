import { linesOf } from '../../../cli/kit/lines.ts';
import { AddedColumns, type AddedValues } from '../../../cli/score/added-columns.ts';
import type { InputRecord, LineFormat } from '../../../cli/score/formats/format.ts';
import { openRecords } from '../../../cli/score/formats/open-records.ts';

/** Values of a text, all the same. */
export const ADDED: AddedValues = { label: 'positive', score_positive: 0.9, truncated: false };

export interface ReadOptions {
  readonly column?: string;
  readonly prefix?: string;
}

/** Reads content, and scores each text by `ADDED`. */
export async function readRecords(
  format: LineFormat,
  content: string,
  { column, prefix = '' }: ReadOptions = {},
) {
  async function* bytes(): AsyncGenerator<Buffer> {
    yield Buffer.from(content);
  }
  const reader = await openRecords(
    format,
    linesOf(bytes()),
    { name: 'input', column, added: new AddedColumns(prefix), hasMark: () => false },
    undefined,
  );
  const records: InputRecord[] = [];
  for await (const record of reader.records) records.push(record);
  const texts = records.flatMap(({ line, texts: each }) => each.map((text) => ({ line, text })));
  return {
    records,
    layout: reader.layout,
    texts: texts.flatMap(({ text }) => ('text' in text ? [text.text] : [])),
    output: texts.flatMap(({ text }) => ('text' in text ? [text.scored(ADDED)] : [])),
    faults: texts.flatMap(({ line, text }) => ('fault' in text ? [[line, text.fault]] : [])),
  };
}
