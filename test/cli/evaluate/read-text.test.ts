import { describe, expect, it } from '@jest/globals';
import { readText } from '../../../cli/evaluate/read-text.ts';
import { dataFiles } from './helpers/data-files.ts';

const file = dataFiles();

describe('reading a text file', () => {
  it('accepts as many bytes as allowed and rejects one more', async () => {
    const path = file('texts.txt', 'fine');
    expect(await readText(path, 4)).toBe('fine');
    await expect(readText(path, 3)).rejects.toThrow(/texts\.txt has more than 3 bytes; evaluate a/);
  });

  it('keeps line ends as they are', async () => {
    expect(await readText(file('texts.txt', 'a\r\nb\n'))).toBe('a\r\nb\n');
  });
});
