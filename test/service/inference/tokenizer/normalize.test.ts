import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PreprocessingStep } from '../../../../service/contract/preprocessing.ts';
import { createNormalizer, stripMarks } from '../../../../service/inference/tokenizer/normalize.ts';
import { unicodeString } from '../../../helpers/unicode-string.ts';
import { GOLDENS } from '../helpers/golden.ts';

const reference = (text: string) => text.normalize('NFD').replace(/\p{Mn}/gu, '');

describe('all preprocessing steps, version 1', () => {
  const normalize = createNormalizer();

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
    ['every word that starts with http', 'httpd is a server', 'http is a server'],
    ['keeps spaces as they are', '  a  b ', '  a  b '],
    ['unescapes entities first', '&#64;nasa', '@user'],
    ['accents', 'café naïve', 'cafe naive'],
    ['an emoji without its variation selector', '❤️', '❤'],
    ['nothing', '', ''],
  ])('%s', (_, text, normalized) => {
    expect(normalize(text)).toBe(normalized);
  });
});

describe('the preprocessing steps of a bundle', () => {
  const TEXT = '&#64;nasa &amp; café http://t.co/a';

  it.each<[string, PreprocessingStep[], string]>([
    ['no steps keep the text', [], TEXT],
    ['unescape-html alone', ['unescape-html'], '@nasa & café http://t.co/a'],
    ['mask-users-and-links alone', ['mask-users-and-links'], '&#64;nasa &amp; café http'],
    ['nfd-drop-marks alone', ['nfd-drop-marks'], '&#64;nasa &amp; cafe http://t.co/a'],
    ['without nfd-drop-marks', ['unescape-html', 'mask-users-and-links'], '@user & café http'],
    [
      'without mask-users-and-links',
      ['unescape-html', 'nfd-drop-marks'],
      '@nasa & cafe http://t.co/a',
    ],
    [
      'without unescape-html',
      ['mask-users-and-links', 'nfd-drop-marks'],
      '&#64;nasa &amp; cafe http',
    ],
  ])('%s', (_, steps, normalized) => {
    expect(createNormalizer(steps)(TEXT)).toBe(normalized);
  });

  it('run in a fixed order, whatever the order in the manifest', () => {
    const steps: PreprocessingStep[] = ['nfd-drop-marks', 'mask-users-and-links', 'unescape-html'];
    expect(createNormalizer(steps)('&#64;nas&aacute; caf&eacute;')).toBe('@user cafe');
  });

  const MARKED = ['I ❤️ this', 'café', 'Vie\u0323\u0302t', 'Việt', 'ไม่ดี', 'हिन्दी'];

  it.each(MARKED)('keep the marks of "%s" without nfd-drop-marks', (text) => {
    expect(createNormalizer(['unescape-html', 'mask-users-and-links'])(text)).toBe(text);
  });

  it.each(MARKED)('drop the marks of "%s" with nfd-drop-marks', (text) => {
    expect(createNormalizer(['nfd-drop-marks'])(text)).toBe(reference(text));
    expect(reference(text)).not.toBe(text);
  });
});

describe('stripping marks', () => {
  it('is NFD without nonspacing marks', () => {
    const unicode = unicodeString({ maxLength: 200 });
    fc.assert(fc.property(unicode, (text) => stripMarks(text) === reference(text)));
  });

  it('is NFD without nonspacing marks for absurd runs of marks, too', () => {
    const mark = fc.constantFrom('\u0301', '\u0316', '\u0344', '\u{1E000}');
    const run = fc.string({ unit: mark, minLength: 300, maxLength: 600 });
    fc.assert(
      fc.property(run, unicodeString(), (marks, text) => {
        const zalgo = `e${marks}${text}`;
        return stripMarks(zalgo) === reference(zalgo);
      }),
      { numRuns: 30 },
    );
  });
});
