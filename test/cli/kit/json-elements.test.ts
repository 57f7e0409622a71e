import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { elementsOf } from '../../../cli/kit/json-elements.ts';
import type { Line } from '../../../cli/kit/lines.ts';

async function read(content: string, size = content.length || 1): Promise<Line[]> {
  const bytes = Buffer.from(content);
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const elements: Line[] = [];
  for await (const element of elementsOf(chunks())) elements.push(element);
  return elements;
}

describe('elementsOf', () => {
  it('reads the objects of any array, however its bytes are divided', async () => {
    const members = fc.dictionary(fc.string(), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(
        fc.array(members),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(0, 2),
        fc.constantFrom('', 'window.YTD.tweets.part0 = '),
        async (objects, size, indent, prefix) => {
          const elements = await read(prefix + JSON.stringify(objects, null, indent), size);
          const texts = elements.map(({ text }) => text ?? '');
          expect(texts.map((text) => JSON.stringify(JSON.parse(text)))).toEqual(
            objects.map((object) => JSON.stringify(object)),
          );
        },
      ),
    );
  });

  it('names the line in which each begins', async () => {
    const elements = await read('[\n  {"a":\n 1},\n  {"b":2}\n]\n');
    expect(elements.map(({ number }) => number)).toEqual([2, 4]);
  });

  it('gives what is left of an element that the file cuts off', async () => {
    const elements = await read('[{"a":1},{"b":');
    expect(elements.map(({ text }) => text)).toEqual(['{"a":1}', '{"b":']);
  });

  it('reports an element that is too long, and reads the next one', async () => {
    const long = JSON.stringify({ text: 'a'.repeat(9 * 1024 * 1024) });
    expect(await read(`[${long},{"b":2}]`, 1024 * 1024)).toMatchObject([
      { text: null, fault: 'is longer than 8388608 bytes' },
      { text: '{"b":2}' },
    ]);
  });
});
