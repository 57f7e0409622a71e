import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { type Pages, walkPages } from '../../../cli/clients/walk-pages.ts';

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

it('counts the failed items of an interrupted walk when it is continued', async () => {
  const options = {
    url: 'http://127.0.0.1:9',
    rate: 1_000_000,
    isDryRun: false,
    restarts: false,
    stateFile: join(mkdtempSync(join(tmpdir(), 'walk-')), 'state.json'),
  };
  const visited: string[] = [];
  const walk = (page: Pages['page']) =>
    walkPages(
      { name: 'walk', unit: 'items', firstCursor: 'first', page },
      options,
      new AbortController().signal,
    );
  const interrupted = walk(async (_, cursor) => {
    if (cursor === 'second') throw new Error('interrupted');
    return { items: 3, paced: 3, failed: 2, nextCursor: 'second' };
  });
  await expect(interrupted).rejects.toThrow('interrupted');

  const lastPage: Pages['page'] = async (_, cursor) => {
    visited.push(cursor);
    return { items: 3, paced: 3, failed: 1, nextCursor: null };
  };
  expect(await walk(lastPage)).toBe(3);
  expect(await walk(lastPage)).toBe(1);
  expect(visited).toEqual(['second', 'first']);
});
