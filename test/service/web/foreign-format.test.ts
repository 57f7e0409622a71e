import { gzipSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import { foreignFormat } from '../../../service/web/foreign-format.ts';

it.each([
  ['a Parquet file', Buffer.from('PAR1\x15\x04'), /Parquet file.*tss score reads it/],
  ['a workbook', Buffer.from('PK\x03\x04\x14\x00'), /workbook.*“CSV UTF-8”/],
  ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /workbook.*“CSV UTF-8”/],
  ['a compressed file', gzipSync('text\nI love it\n'), /compressed.*Unpack it/],
])('the page names %s that was chosen in place of CSV', (_name, bytes, advice) => {
  expect(foreignFormat(bytes)).toMatch(advice);
});

it.each(['', 'PK', 'text\nI love it\n', '\ufefftext;label\n'])(
  'the page reads a file that begins with %j as CSV',
  (text) => {
    expect(foreignFormat(Buffer.from(text))).toBeUndefined();
  },
);
