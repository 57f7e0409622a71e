import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstLineIn, wholeLines } from '../../../../cli/bulk/child/line-range.ts';
import { linesOf } from '../../../../cli/kit/lines.ts';

/** Bytes in chunks of a size. */
async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function linesIn(bytes: Buffer, range: { start: number; end: number }, size: number) {
  const start = await firstLineIn(
    range,
    chunks(bytes.subarray(Math.max(0, range.start - 1)), size),
  );
  if (start === undefined) return [];
  const rest = chunks(bytes.subarray(start), size);
  const lines: [number, string | null][] = [];
  const source = linesOf(wholeLines({ start, end: range.end }, rest), { bytes: start, lines: 0 });
  for await (const line of source) lines.push([line.start, line.text]);
  return lines;
}

/** Bytes in which line feeds are frequent. */
const bytes = fc
  .array(fc.oneof({ weight: 1, arbitrary: fc.constant(0x0a) }, fc.integer({ min: 0, max: 255 })), {
    maxLength: 60,
  })
  .map((values) => Buffer.from(values));

it('every line belongs to exactly one of the ranges that cover an object, wherever they are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      bytes,
      fc.array(fc.nat(60)),
      fc.integer({ min: 1, max: 9 }),
      async (object, cuts, size) => {
        const edges = [...new Set([0, ...cuts.map((cut) => Math.min(cut, object.length))])];
        const starts = edges.toSorted((one, other) => one - other);
        const found: [number, string | null][] = [];
        for (const [index, start] of starts.entries()) {
          const end = starts[index + 1] ?? object.length;
          if (start < end) found.push(...(await linesIn(object, { start, end }, size)));
        }
        const whole: [number, string | null][] = [];
        for await (const line of linesOf(chunks(object, 60))) whole.push([line.start, line.text]);
        expect(found).toEqual(whole);
      },
    ),
  );
});

it('a range inside of a long line reads no further than its end', async () => {
  let read = 0;
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) {
      read++;
      yield Buffer.alloc(10, 'a');
    }
  }
  expect(await firstLineIn({ start: 1000, end: 1050 }, endless())).toBeUndefined();
  expect(read).toBe(6);
});
