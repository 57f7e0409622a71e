import { expect, it } from '@jest/globals';
import { parseContentRange } from '../../../cli/kit/content-range.ts';

it.each([
  ['bytes 100-199/200', { startByte: 100, totalBytes: 200 }],
  ['bytes 0-0/*', { startByte: 0, totalBytes: undefined }],
  ['bytes */200', undefined],
  ['bytes -5-9/10', undefined],
  ['items 0-1/2', undefined],
  ['', undefined],
  [null, undefined],
])('the range of an answer with Content-Range %j is %j', (header, range) => {
  expect(parseContentRange(header)).toEqual(range);
});
