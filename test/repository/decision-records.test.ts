import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const HEAD = /^# (\d+)\. (.+)\n\n- Date: (20\d\d-\d\d-\d\d)\n- Status: (.+)\n\n## Context\n/;
const RECORDS = globSync('docs/adr/[0-9]*.md').toSorted();

const headOf = (path: string) => HEAD.exec(readFileSync(path, 'utf8'))?.slice(1);

describe('decision records', () => {
  it.each(RECORDS)('%s begins with its number, title, date and status', (path) => {
    const [number = ''] = headOf(path) ?? [];
    expect(basename(path).slice(0, 4)).toBe(number.padStart(4, '0'));
  });

  it('are in docs/adr/README.md, each with its title, date and status', () => {
    const expected = RECORDS.map((path) => {
      const [number, ...rest] = headOf(path) ?? [];
      return `| [${number}](${basename(path)}) | ${rest.join(' | ')} |`;
    });
    const index = readFileSync('docs/adr/README.md', 'utf8').split('\n');
    expect(index.filter((line) => line.startsWith('| ['))).toEqual(expected);
  });

  it('refer to each other from both sides', () => {
    const references = RECORDS.flatMap((path) => {
      const [, , , status = ''] = headOf(path) ?? [];
      return [...status.matchAll(/\]\(([^)]+)\)/g)].map(([, to]) => [basename(path), to]);
    });
    const reversed = references.map(([from, to]) => [to, from]);
    expect(references.length).toBeGreaterThan(0);
    expect(references.toSorted()).toEqual(reversed.toSorted());
  });
});
