import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

it('npm scripts that are one command of script/ replace the shell by it, so that signals reach it', () => {
  const commands = Object.entries(scripts).filter(([, text]) => /^(exec )?script\//.test(text));
  expect(commands.map(([name]) => name)).toContain('populate');
  expect(commands.filter(([, text]) => !text.startsWith('exec '))).toEqual([]);
});
