import { globSync, readFileSync } from 'node:fs';
import { afterEach, expect, it, jest } from '@jest/globals';
import { printable, printJson } from '../../../cli/kit/printable.ts';
import { text } from '../../../cli/kit/svg.ts';

const printed = jest.spyOn(console, 'log').mockReturnValue();
afterEach(() => {
  printed.mockClear();
});

it('a message escapes what a terminal would obey, and keeps its lines', () => {
  expect(printable('a column \x1b]0;title\x07\x1b[31m\r\x9b, 漢字 é 😀 👩‍💻\n\tnext')).toBe(
    'a column \\x1b]0;title\\x07\\x1b[31m\\x0d\\x9b, 漢字 é 😀 👩‍💻\n\tnext',
  );
  expect(printable('moc.\u202egnp')).toBe('moc.\\u202egnp');
});

it('printed JSON has no character that a terminal would obey, and the same values', () => {
  const value = { title: 'a\x1b[31m\x7f\x9b\u202e\n"' };
  printJson(value);
  const [[json] = []] = printed.mock.calls as string[][];
  expect(json).toMatch(/^[\n\x20-\x7e]*$/);
  expect(JSON.parse(json ?? '')).toEqual(value);
});

it('a label of a chart has no character that XML forbids', () => {
  expect(text(1, 2, 'a\x1b[31m<\x00\ufffe\ud800"', '')).toContain(
    '>a\\x1b[31m&lt;\\x00\ufffd\ufffd&quot;</text>',
  );
});

it('commands print through one module, except data for other programs and fixed texts', () => {
  const direct = /\bconsole\.(?:log|error|warn|info)\b|\bprocess\.std(?:out|err)\.write\b/;
  const files = globSync('cli/**/*.ts').filter((path) => direct.test(readFileSync(path, 'utf8')));
  expect(files.toSorted()).toEqual([
    'cli/kit/interruptible.ts',
    'cli/kit/printable.ts',
    'cli/kit/run-command.ts',
    'cli/models/score-sequences.ts',
    'cli/score/output.ts',
  ]);
});
