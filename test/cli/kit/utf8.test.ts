import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { utf8Of } from '../../../cli/kit/utf8.ts';

async function decode(...chunks: readonly Buffer[]): Promise<string> {
  const decoded: Buffer[] = [];
  async function* source() {
    yield* chunks;
  }
  for await (const chunk of utf8Of(source())) decoded.push(chunk);
  return Buffer.concat(decoded).toString();
}

describe('gzip', () => {
  const one = gzipSync('one\n');
  const two = gzipSync('two\n');

  it('of several members is read as one', async () => {
    expect(await decode(one, two)).toBe('one\ntwo\n');
  });

  it.each([
    ['in the same chunk', [Buffer.concat([one, Buffer.alloc(512)])]],
    ['in separate chunks', [one, Buffer.alloc(500), Buffer.alloc(12)]],
  ])('may end with zeros, %s', async (_, chunks) => {
    expect(await decode(...chunks)).toBe('one\n');
  });

  it.each([
    ['in the same chunk', [Buffer.concat([one, Buffer.from('more')])]],
    ['in a separate chunk', [one, Buffer.from('more')]],
  ])('followed by other bytes is refused in words, %s', async (_, chunks) => {
    await expect(decode(...chunks)).rejects.toThrow(
      'bytes that are not gzip follow its gzip data; if they may be left out',
    );
  });

  it.each(['utf-16le', 'utf-16be'] as const)('may hold %s with its mark', async (encoding) => {
    const text = Buffer.from('\ufeffone\n', 'utf16le');
    const bytes = encoding === 'utf-16le' ? text : text.swap16();
    expect(await decode(gzipSync(bytes))).toBe('\ufeffone\n');
  });

  it('that breaks off is refused as such', async () => {
    await expect(decode(one.subarray(0, -9))).rejects.toThrow('unexpected end of file');
  });
});
