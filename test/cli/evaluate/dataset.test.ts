import { describe, expect, it } from '@jest/globals';
import { readLineAligned } from '../../../cli/evaluate/dataset.ts';
import { dataFiles } from './helpers/data-files.ts';

const file = dataFiles();

function read(texts: string, labels: string) {
  return readLineAligned(file('texts.txt', texts), file('labels.txt', labels));
}

describe('reading a file of texts and one of labels', () => {
  it('pairs them by line', async () => {
    expect(await read('fine\n\nbad\n', '2\nNeutral\n0\n')).toEqual({
      texts: ['fine', '', 'bad'],
      labels: ['positive', 'neutral', 'negative'],
      lines: [1, 2, 3],
    });
  });

  it('takes byte order marks and carriage returns for no part of the data', async () => {
    const { texts, labels } = await read('\ufefffine\r\nbad\r\n', '\ufeff2\r\n0\r\n');
    expect([texts, labels]).toEqual([
      ['fine', 'bad'],
      ['positive', 'negative'],
    ]);
  });

  it.each([
    [
      'a label that is none',
      'fine\nbad\n',
      '1\ngood\n',
      /labels\.txt, line 2: a label must be negative, neutral or positive, .* got 'good'$/,
    ],
    ['a missing label', 'fine\nbad\n', '1\n\n', /labels\.txt, line 2: the label is missing/],
    ['more labels than texts', 'fine\n', '1\n2\n', /texts\.txt has 1 line and .* has 2;/],
    ['no texts', '', '', /texts\.txt is empty/],
  ])('rejects %s', async (_, texts, labels, message) => {
    await expect(read(texts, labels)).rejects.toThrow(message);
  });
});
