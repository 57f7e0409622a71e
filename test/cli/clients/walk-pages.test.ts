import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { type Pages, walkPages } from '../../../cli/clients/walk-pages.ts';

const printed = jest.spyOn(console, 'log').mockReturnValue();
const earlierToken = process.env.ADMIN_TOKEN;
beforeAll(() => {
  process.env.ADMIN_TOKEN = 'admin-token-of-the-test';
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  jest.spyOn(console, 'error').mockReturnValue();
});
afterAll(() => {
  if (earlierToken === undefined) delete process.env.ADMIN_TOKEN;
  else process.env.ADMIN_TOKEN = earlierToken;
});

/** Walks pages; further calls continue where one was interrupted. */
function walker() {
  const options = {
    url: 'http://127.0.0.1:9',
    rate: 1_000_000,
    isDryRun: false,
    restarts: false,
    stateFile: join(mkdtempSync(join(tmpdir(), 'walk-')), 'state.json'),
  };
  const summary = (isWhole: boolean) => (isWhole ? 'whole' : 'a part');
  return (page: Pages['page']) =>
    walkPages(
      { name: 'walk', unit: 'items', firstCursor: 'first', page, summary },
      options,
      new AbortController().signal,
    );
}

const interrupted: Pages['page'] = async (_, cursor) => {
  if (cursor === 'second') throw new Error('interrupted');
  return { items: 3, paced: 3, failed: 2, nextCursor: 'second' };
};

it('counts the failed items of an interrupted walk when it is continued', async () => {
  const visited: string[] = [];
  const walk = walker();
  await expect(walk(interrupted)).rejects.toThrow('interrupted');

  const lastPage: Pages['page'] = async (_, cursor) => {
    visited.push(cursor);
    return { items: 3, paced: 3, failed: 1, nextCursor: null };
  };
  expect(await walk(lastPage)).toBe(3);
  expect(await walk(lastPage)).toBe(1);
  expect(visited).toEqual(['second', 'first']);
});

it('prints the summary of a walk that is whole or was interrupted, if it did a page', async () => {
  printed.mockClear();
  const walk = walker();
  await expect(walk(interrupted)).rejects.toThrow('interrupted');
  await expect(walk(interrupted)).rejects.toThrow('interrupted');
  await walk(async () => ({ items: 3, paced: 3, failed: 0, nextCursor: null }));
  expect(printed.mock.calls).toEqual([['a part'], ['whole']]);
});
