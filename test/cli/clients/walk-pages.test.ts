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

/** Walks pages; further calls continue where one stopped. */
function walker(limit?: number) {
  const options = {
    url: 'http://127.0.0.1:9',
    rate: 1_000_000,
    ...(limit !== undefined && { limit }),
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
  expect(await walk(lastPage)).toEqual({ failed: 3, isComplete: true });
  expect(await walk(lastPage)).toEqual({ failed: 1, isComplete: true });
  expect(visited).toEqual(['second', 'first']);
});

it('prints the summary if it did a page, as whole only if it did every page', async () => {
  printed.mockClear();
  const walk = walker();
  await expect(walk(interrupted)).rejects.toThrow('interrupted');
  await expect(walk(interrupted)).rejects.toThrow('interrupted');
  await walk(async () => ({ items: 3, paced: 3, failed: 0, nextCursor: null }));
  await walk(async () => ({ items: 3, paced: 3, failed: 0, nextCursor: null }));
  expect(printed.mock.calls).toEqual([['a part'], ['a part'], ['whole']]);
});

it('stops after the page that reaches its limit, and keeps what failed for the next walk', async () => {
  const pages: Pages['page'] = async (_, cursor) => {
    const number = cursor === 'first' ? 1 : Number(cursor);
    return { items: 3, paced: 3, failed: 1, nextCursor: number < 3 ? String(number + 1) : null };
  };
  const walk = walker(4);
  expect(await walk(pages)).toEqual({ failed: 2, isComplete: false });
  expect(await walk(pages)).toEqual({ failed: 3, isComplete: true });
});
