import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceProcess } from '../../../helpers/service-process.ts';
import { runTool, type ToolEnd } from '../../../helpers/tool-process.ts';

const TOKENS = ['admin-token-of-the-test', 'next-token-of-the-test'];
const AUTHOR = { id: '7', username: 'someone' };

let service: ServiceProcess;

beforeAll(async () => {
  service = await ServiceProcess.start({
    ADMIN_TOKEN: TOKENS.join(),
    TWEET_SOURCE: 'fixture',
  });
});
afterAll(() => service.stop());

function purge(words: readonly string[], token = TOKENS.join()): Promise<ToolEnd> {
  const [kind = '', ...rest] = words;
  return runTool(['purge', kind, '--url', service.url, ...rest], {
    environment: { ADMIN_TOKEN: token },
  });
}

async function store(...ids: string[]): Promise<void> {
  const tweets = ids.map((id) => ({ id, text: 'I love this', author_id: AUTHOR.id }));
  const { status } = await service.post(
    '/v1/admin/tweets',
    { tweets, includes: { users: [AUTHOR] } },
    { headers: { authorization: `Bearer ${TOKENS[1]}` } },
  );
  expect(status).toBe(200);
}

async function storedOf(ids: string): Promise<string[]> {
  const response = await service.get(`/v1/features/tweets?ids=${ids}`);
  const { rows } = (await response.json()) as { rows: ({ tweetId: string } | null)[] };
  return rows.flatMap((row) => (row ? [row.tweetId] : []));
}

/** A file with this text. */
function fileOf(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'purge-')), 'ids.txt');
  writeFileSync(file, text);
  return file;
}

describe('tss purge tweets', () => {
  it('purges ids of arguments and of a file once each, and counts those not stored', async () => {
    await store('11', '12', '13');
    const file = fileOf('12\r\n0011\n\n999\n');
    expect(await purge(['tweets', '11', '--file', file, '--yes'])).toMatchObject({
      code: 0,
      stdout:
        '3 of 3 tweets purged: 2 rows and 2 contributions removed; nothing was stored of 1.\n',
    });
    expect(await storedOf('11,12,13')).toEqual(['13']);
  });

  it('purges nothing when one id of the file is not valid', async () => {
    await store('21');
    const file = fileOf('21\n2l\n');
    const { code, stderr } = await purge(['tweets', '--file', file, '--yes']);
    expect([code, stderr]).toEqual([
      2,
      `${file}, line 2: a tweet id must be an integer from 1 to 9223372036854775807, got '2l'; run \`tss purge tweets --help\`\n`,
    ]);
    expect(await storedOf('21')).toEqual(['21']);
  });

  it('purges nothing without a terminal to ask at, unless --yes is given', async () => {
    await store('31');
    const { code, stderr } = await purge(['tweets', '31']);
    expect([code, stderr]).toEqual([
      2,
      'this command asks first, and there is no terminal; give --yes; run `tss purge tweets --help`\n',
    ]);
    expect(await storedOf('31')).toEqual(['31']);
  });

  it('does not read ids from standard input, at which it could not ask, unless --yes is given', async () => {
    const { code, stderr } = await purge(['tweets', '--file', '-']);
    expect([code, stderr]).toEqual([
      2,
      '--file - leaves no input for the question whether to purge; give --yes; run `tss purge tweets --help`\n',
    ]);
  });

  it('exits 1 and prints no result when the token is wrong', async () => {
    const { code, stdout, stderr } = await purge(['tweets', '41', '--yes'], 'wrong');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('ADMIN_TOKEN is not a token the service was started with.');
  });
});

describe('tss purge users', () => {
  it('purges by a name that the store knows, and tells the id', async () => {
    await store('51', '52');
    expect(await purge(['users', '@SomeOne', '--yes'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^@SomeOne, id 7: \d+ rows and \d+ contributions removed\.\n$/),
    });
    expect(await storedOf('51,52')).toEqual([]);
  });

  it('exits 1 for a name that the store does not know, after the purge of the others', async () => {
    await store('61');
    const { code, stdout, stderr } = await purge(['users', '@unknown', '7', '--yes']);
    expect([code, stdout]).toEqual([1, '7: 1 row and 1 contribution removed.\n']);
    expect(stderr).toMatch(
      /^The store does not know the name of @unknown: an earlier purge removed it/,
    );
    expect(await storedOf('61')).toEqual([]);
  });
});
