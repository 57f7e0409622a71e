import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { strictLines } from '../../../cli/kit/strict-lines.ts';

async function read(content: string | Buffer, size = content.length || 1): Promise<string[]> {
  const whole = Buffer.from(content);
  async function* bytes(): AsyncGenerator<Buffer> {
    for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
  }
  const texts: string[] = [];
  for await (const { text } of strictLines({ name: 'a.txt', bytes })) texts.push(text);
  return texts;
}

describe('strictLines', () => {
  it('ends lines at every kind of line end, however the bytes are divided', async () => {
    const content = fc.string({ unit: fc.constantFrom('a', 'ü', '\u2028', '\r', '\n') });
    await fc.assert(
      fc.asyncProperty(content, fc.integer({ min: 1, max: 5 }), async (text, size) => {
        const lines = text.split(/\r\n|\r|\n/);
        if (lines.at(-1) === '') lines.pop();
        expect(await read(text, size)).toEqual(lines);
      }),
    );
  });

  it.each([
    ['bytes that are not UTF-8', Buffer.from('a\r\n\xe9\n', 'latin1'), 'line 2 is not UTF-8; save'],
    ['a NUL character', 'a\rb\0\n', 'line 2 has a NUL character; save the file as UTF-8'],
    ['a line that is too long', `${'a'.repeat(9_000_000)}\n`, 'line 1 is longer than 8388608'],
  ])('refuses %s and names the line', async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(`a.txt, ${message}`);
  });
});
