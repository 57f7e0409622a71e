import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Line, linesOf } from '../../../cli/kit/lines.ts';

async function* chunks(...parts: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
}

async function read(source: AsyncIterable<Buffer>, from?: { bytes: number; lines: number }) {
  const lines: Line[] = [];
  for await (const line of linesOf(source, from)) lines.push(line);
  return lines;
}

describe('linesOf', () => {
  it('reads the lines of any text, however its bytes are divided', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replace(/\n|\ufeff/g, ''))),
        fc.integer({ min: 1, max: 7 }),
        async (texts, size) => {
          const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
          const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
            bytes.subarray(index * size, (index + 1) * size),
          );
          const lines = await read(chunks(...parts));
          expect(lines.map(({ text }) => text)).toEqual(texts);
          expect(lines.at(-1)?.end ?? 0).toBe(bytes.length);
        },
      ),
    );
  });

  it('continues at the end of any line with the same numbers and offsets', async () => {
    const bytes = Buffer.from('first\nsecond ü\n\nlast');
    const all = await read(chunks(bytes));
    for (const [index, { end, number }] of all.entries()) {
      const rest = await read(chunks(bytes.subarray(end)), { bytes: end, lines: number });
      expect(rest).toEqual(all.slice(index + 1));
    }
  });

  it('leaves out a byte order mark of the file, and keeps one inside of it', async () => {
    const lines = await read(chunks('\ufeffa\n\ufeffb\n'));
    expect(lines.map(({ text }) => text)).toEqual(['a', '\ufeffb']);
  });

  it('reports a line that is too long, and reads the next one', async () => {
    const long = Array.from({ length: 9 }, () => Buffer.alloc(1024 * 1024, 'a'));
    expect(await read(chunks(...long, '\nb\n'))).toMatchObject([
      { number: 1, text: null, fault: 'is longer than 8388608 bytes' },
      { number: 2, text: 'b' },
    ]);
  });

  it('reports a line that is not UTF-8, and reads the next one', async () => {
    expect(await read(chunks(Buffer.from([0xe4, 0x0a]), 'b'))).toMatchObject([
      { number: 1, text: null, fault: 'is not UTF-8' },
      { number: 2, text: 'b' },
    ]);
  });
});
