import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PARTITION_COLUMNS } from '../../cli/bulk/contract.ts';
import { BULK_TABLE } from '../../service/contract/offline.ts';

const DOCUMENTS = [
  'docs/alarms.md',
  'docs/deployment.md',
  'docs/on-call.md',
  'docs/operations.md',
  'docs/releases.md',
  'docs/stage-configuration.md',
  'docs/stored-data.md',
  'README.md',
];

/** Text of fenced shell blocks and of code spans. */
function codeOf(document: string): string[] {
  const fenced = [...document.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  const prose = document.replaceAll(/```[\s\S]*?```/g, '');
  const spans = [...prose.matchAll(/`([^`]+)`/g)].map(([, code = '']) =>
    code.replaceAll(/\s*\n\s*/g, ' '),
  );
  return [...fenced, ...spans];
}

/** AWS commands in shell code, each up to its end outside quotes. */
function awsCommands(code: string): string[] {
  const joined = code.replaceAll(/ *\\\n */g, ' ');
  return [...joined.matchAll(/(?<![\w/-])aws [a-z]/g)].map(({ index }) => {
    let quote = '';
    let depth = 0;
    let end = index;
    for (; end < joined.length; end++) {
      const sign = joined[end] ?? '';
      if (quote) quote = sign === quote ? '' : quote;
      else if (sign === '"' || sign === "'") quote = sign;
      else if (sign === '(') depth++;
      else if (sign === ')' && depth > 0) depth--;
      else if (depth === 0 && /[\n|;&)#>]/.test(sign) && joined[end - 1] !== '#') break;
    }
    return joined.slice(index, end).trim();
  });
}

const commands = [
  ...new Set(
    DOCUMENTS.flatMap((path) => codeOf(readFileSync(path, 'utf8')).flatMap(awsCommands)).filter(
      // A name of a command in prose, such as `aws logs tail`.
      (command) => command.split(' ').length > 2,
    ),
  ),
];

describe('AWS commands in the documents', () => {
  it('name services, operations, options and answers that the AWS CLI knows, and all required ones', () => {
    expect(commands.length).toBeGreaterThan(25);
    const { stdout, stderr } = spawnSync(
      join('.tools', 'python', 'bin', 'python'),
      [join('test', 'lib', 'command-syntax.py')],
      { input: JSON.stringify(commands), encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({});
  });
});

describe('Athena queries in the documents', () => {
  const documents = globSync(['*.md', 'docs/**/*.md']).map((path) => readFileSync(path, 'utf8'));
  /** From the table's name to the end of the string or of the block. */
  const query = new RegExp(`FROM ${BULK_TABLE}\\b(?:\\\\"|[^"\`])*`, 'g');
  const queries = documents.flatMap((text) => text.match(query) ?? []);

  it('name model and revision where they read results in bulk, or Athena refuses them', () => {
    expect(queries.length).toBeGreaterThan(1);
    for (const column of PARTITION_COLUMNS) {
      const named = expect.stringMatching(new RegExp(`\\b${column} (=|IN) `));
      expect(queries).toEqual(queries.map(() => named));
    }
  });

  it('are read some seconds after they were started', () => {
    const blocks = documents.flatMap(codeOf).join('\n').split('aws athena start-query-execution');
    const early = blocks
      .slice(1)
      .filter((after) => !/# A few seconds later:\n *aws athena get-query-results/.test(after));
    expect(early).toEqual([]);
  });
});

describe('docs/on-call.md', () => {
  const page = readFileSync('docs/on-call.md', 'utf8');

  it('fits on one screen', () => {
    expect(page.split('\n').length).toBeLessThanOrEqual(40);
  });

  it('has a row for each alarm that the runbook counts among the pages', () => {
    const alarms = readFileSync('docs/alarms.md', 'utf8');
    const meaning = /## page\n\n([\s\S]*?)\n\n/.exec(alarms)?.[1] ?? '';
    const pages = [...meaning.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name);
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
    expect(pages.length).toBeGreaterThan(4);
    expect(rows).toEqual(expect.arrayContaining(pages));
  });
});
