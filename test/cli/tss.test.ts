import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type CommandNode, commandTree } from '../../cli/kit/command-tree.ts';
import { createProgram } from '../../cli/program.ts';

const NODES = commandTree(createProgram());
const COMMANDS = NODES.filter(({ command }) => command.commands.length === 0);

describe('the help of every command', () => {
  it.each(NODES)('$path has a description and examples that the program accepts', ({ command }) => {
    expect(command.description()).toMatch(/\.$/);
    const examples = [...helpOf(command).matchAll(/^ {2}\$ (tss .*)$/gm)].map(([, line]) => line);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(faultsOf(example ?? '')).toEqual([]);
  });

  it.each(NODES)('$path has lines of at most 99 characters', ({ command }) => {
    for (const line of helpOf(command).split('\n')) expect(line.length).toBeLessThanOrEqual(99);
  });
});

describe('the documentation', () => {
  const documents = ['README.md', 'CONTRIBUTING.md', ...markdownOf('docs')];
  const uses = documents.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/npx (tss [^`\n]*(?:\\\n[^`\n]*)*)/g)].map(
      ([, line = '']) => [path, line.replaceAll('\\\n', ' ').trim()] as const,
    ),
  );

  it.each(uses)('%s names a command that exists: %s', (_path, line) => {
    expect(faultsOf(line)).toEqual([]);
  });

  it.each(COMMANDS.map(({ path }) => path))('shows %s outside the reference', (path) => {
    expect(uses.map(([, line]) => line).filter((line) => line.startsWith(path))).not.toEqual([]);
  });

  it.each(['compliance', 'cost', 'evaluate', 'features', 'models', 'populate', 'status'])(
    'can rely on the npm script %s as an alias',
    (name) => {
      const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
        scripts: Record<string, string>;
      };
      expect(scripts[name]).toBe(`exec script/tss ${name}`);
    },
  );
});

function helpOf(command: CommandNode['command']): string {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help;
}

/** Words of a command line, such as `tss models list`, that name no command or option. */
function faultsOf(line: string): string[] {
  // A quoted value is one word.
  const words = line.replaceAll(/"[^"]*"/g, 'VALUE').split(/\s+/);
  const node = NODES.findLast(({ path }) => `${line} `.startsWith(`${path} `));
  if (node === undefined) return [line];
  const isGroup = node.command.commands.length > 0;
  const rest = words.slice(node.path.split(' ').length);
  if (isGroup && rest.length > 0 && !/^(-|COMMAND|help)/.test(rest[0] ?? '')) return rest;
  const known = new Set(node.command.options.flatMap(({ short, long }) => [short, long]));
  return rest.filter(
    (word) => /^--?[a-z]/.test(word) && word !== '--help' && !known.has(word.split('=')[0]),
  );
}

function markdownOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'commands.md')
    .map((name) => join(folder, name));
}
