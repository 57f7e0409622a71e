import { expect, it } from '@jest/globals';
import { printable } from '../../../cli/kit/printable.ts';

it('a message escapes what a terminal would obey, and keeps its lines', () => {
  expect(printable('a column \x1b]0;title\x07\x1b[31m\r\x9b, 漢字 é 😀\n\tnext')).toBe(
    'a column \\x1b]0;title\\x07\\x1b[31m\\x0d\\x9b, 漢字 é 😀\n\tnext',
  );
});
