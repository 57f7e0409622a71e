import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const page = readFileSync('docs/reliability.md', 'utf8');
const [, promises = ''] = /^## Promises$(.*?)^## /ms.exec(page) ?? [];
const rows = promises.split('\n').filter((line) => /^\| (?!Promise|---)/.test(line));

describe('docs/reliability.md', () => {
  it('names an existing test for each promise', () => {
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      const tests = [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
      expect([row, tests.length]).not.toEqual([row, 0]);
      expect([row, tests.filter((path) => !existsSync(path))]).toEqual([row, []]);
    }
  });

  it('shows the table of a run of the fault suite in which nothing failed', () => {
    const [, table = ''] = /<!-- faults:start -->(.*)<!-- faults:end -->/s.exec(page) ?? [];
    const answered = [...table.matchAll(/\| (\d+) of (\d+) \|/g)];
    expect(answered.length).toBeGreaterThan(50);
    for (const [, answers, requests] of answered) expect(answers).toBe(requests);
  });
});
