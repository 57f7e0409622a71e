import { describe, expect, it } from '@jest/globals';
import { unescapeHtml } from '../../../../service/inference/tokenizer/unescape-html.ts';
import { readJsonLines } from '../helpers/golden.ts';

const CASES = readJsonLines<[string, string]>(
  new URL('./fixtures/html-unescape.jsonl', import.meta.url),
);

describe('unescaping HTML', () => {
  it.each([
    ['&amp;amp; is unescaped once', '&amp;amp;', '&amp;'],
    ['a name without a semicolon', '&notit;', '¬it;'],
    ['a longer name wins', '&notin;', '∉'],
    ['a Windows-1252 control', '&#x80;', '€'],
    ['null', '&#0;', '\uFFFD'],
    ['beyond Unicode', '&#1114112;', '\uFFFD'],
    ['a surrogate', '&#xD800;', '\uFFFD'],
    ['a control character is dropped', 'a&#1;b', 'ab'],
    ['a noncharacter is dropped', 'a&#xFFFE;b', 'ab'],
    ['what is dropped joins nothing', '&am&#1;p;', '&amp;'],
    ['unterminated', '&#128512', '😀'],
    ['nothing to see', 'AT&T & co', 'AT&T & co'],
  ])('%s', (_, escaped, text) => {
    expect(unescapeHtml(escaped)).toBe(text);
  });

  it('agrees with Python on every name of HTML5 and on hostile input', () => {
    const different = CASES.filter(([escaped, text]) => unescapeHtml(escaped) !== text);
    expect(CASES.length).toBeGreaterThan(3000);
    expect(different).toEqual([]);
  });
});
