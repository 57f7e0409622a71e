import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalize, stripMarks } from '../../../../service/inference/tokenizer/normalize.ts';
import { GOLDENS } from '../helpers/golden.ts';

const reference = (text: string) => text.normalize('NFD').replace(/\p{Mn}/gu, '');

describe('preprocessing, version 1', () => {
  it('agrees with the Python reference on all golden texts', () => {
    const different = GOLDENS.filter(({ text, preprocessed }) => normalize(text) !== preprocessed);
    expect(GOLDENS).toHaveLength(346);
    expect(different).toEqual([]);
  });

  it.each([
    ['a user name', '@nasa launches', '@user launches'],
    ['a lone @ is text', 'meet @ noon', 'meet @ noon'],
    ['a user name of one character', '@x', '@user'],
    ['a name after a line break is part of its word', 'hi\n@nasa', 'hi\n@nasa'],
    ['an address', 'see https://t.co/a?b=c', 'see http'],
    ['whatever starts with http', 'httpd is a server', 'http is a server'],
    ['spaces stay as they are', '  a  b ', '  a  b '],
    ['entities first', '&#64;nasa', '@user'],
    ['accents', 'café naïve', 'cafe naive'],
    ['an emoji without its variation selector', '❤️', '❤'],
    ['nothing', '', ''],
  ])('%s', (_, text, normalized) => {
    expect(normalize(text)).toBe(normalized);
  });
});

describe('stripping marks', () => {
  it('is NFD without nonspacing marks', () => {
    const unicode = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(fc.property(unicode, (text) => stripMarks(text) === reference(text)));
  });

  it('is NFD without nonspacing marks for absurd runs of marks, too', () => {
    const mark = fc.constantFrom('\u0301', '\u0316', '\u0344', '\u{1E000}');
    const run = fc.string({ unit: mark, minLength: 300, maxLength: 600 });
    fc.assert(
      fc.property(run, fc.string({ unit: 'binary' }), (marks, text) => {
        const zalgo = `e${marks}${text}`;
        return stripMarks(zalgo) === reference(zalgo);
      }),
      { numRuns: 30 },
    );
  });
});
