/** The commands of "Erasing a person" in docs/stored-data.md, also when one of their requests fails. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../helpers/eventually.ts';
import { FailingProxy } from '../../helpers/failing-proxy.ts';
import { ServiceProcess } from '../../helpers/service-process.ts';
import { XApiStub } from '../../helpers/x-api-stub.ts';

/** Ids of more tweets than the service lists on a page. */
const OTHERS = Array.from({ length: 1_000 }, (_, index) => String(100_000 + index));

const [, section = ''] =
  /^## Erasing a person\n(.*)/ms.exec(readFileSync('docs/stored-data.md', 'utf8')) ?? [];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'erasing-'));
});

/** The shell block that holds a command. */
function blockWith(command: string): string {
  const blocks = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code = '']) => code);
  const found = blocks.find((code) => code.includes(command));
  if (found === undefined) throw new Error(`no block has ${command}`);
  return found;
}

/** Puts a program before those of the system. */
function program(name: string, code: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/usr/bin/env bash\n${code}\n`);
  chmodSync(path, 0o755);
}

/** Runs commands as pasted into a shell: each, also after one has failed. */
async function paste(code: string, environment: Readonly<Record<string, string>> = {}) {
  const shell = spawn('bash', ['-c', code], {
    cwd: folder,
    env: {
      ...process.env,
      PATH: `${folder}${delimiter}${process.env.PATH}`,
      ID: '7',
      ...environment,
    },
  });
  const ended = once(shell, 'close');
  const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
  return { code: (await ended)[0], stdout, stderr };
}

describe('the list of tweets that a purge has missed', () => {
  const list = blockWith('ids.txt').replace('NAME', 'SomeBody');
  const keys = { ADMIN_TOKEN: 'admin-token-of-the-test', API_KEYS: 'api-key-of-the-test' };
  let x: XApiStub;
  let service: ServiceProcess;
  let proxy: FailingProxy;

  beforeAll(async () => {
    x = await XApiStub.start({ tweets: [{ id: '30', text: 'I hate it' }] });
    service = await ServiceProcess.start({
      ...keys,
      TWEET_SOURCE: 'oembed',
      OEMBED_URL: x.oembedUrl,
    });
    await storeTweets('8', OTHERS);
    await storeTweets('7', ['20', '200000']);
    const headers = { 'x-api-key': keys.API_KEYS };
    const link = 'https://x.com/somebody/status/30';
    expect((await service.get(`/v1/inference?tweetUrl=${link}`, { headers })).status).toBe(200);
    await eventually(async () => {
      const stored = await service.get('/v1/features/tweets?ids=30', { headers });
      expect(await stored.json()).toMatchObject({ rows: [{ authorId: null }] });
    });
    proxy = await FailingProxy.start(service.url);
  });
  afterAll(async () => {
    await proxy?.stop();
    await service?.stop();
    await x?.close();
  });

  async function storeTweets(author: string, ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += 100) {
      const tweets = ids
        .slice(from, from + 100)
        .map((id) => ({ id, text: 'I love it', author_id: author }));
      const headers = { authorization: `Bearer ${keys.ADMIN_TOKEN}` };
      const { status } = await service.post('/v1/admin/tweets', { tweets }, { headers });
      expect(status).toBe(200);
    }
  }

  function pasteList() {
    // Retries end after a second instead of half a minute.
    writeFileSync(join(folder, '.curlrc'), 'retry-max-time = 1\n');
    const { ADMIN_TOKEN, API_KEYS: KEY } = keys;
    return paste(list, { ADMIN_TOKEN, KEY, URL: proxy.url, CURL_HOME: folder });
  }

  it('has those of all pages, by the id of the account or by its name', async () => {
    proxy.failing = undefined;
    expect(await pasteList()).toEqual({
      ...{ code: 0, stderr: '' },
      stdout: expect.stringMatching(/^ *3 ids\.txt\n$/),
    });
    const ids = readFileSync(join(folder, 'ids.txt'), 'utf8').split('\n');
    expect(ids.toSorted()).toEqual(['', '20', '200000', '30']);
  });

  it('is empty for a store without tweets', async () => {
    const empty = await ServiceProcess.start(keys);
    try {
      writeFileSync(join(folder, '.curlrc'), 'retry-max-time = 1\n');
      const { ADMIN_TOKEN, API_KEYS: KEY } = keys;
      const pasted = await paste(list, { ADMIN_TOKEN, KEY, URL: empty.url, CURL_HOME: folder });
      expect(pasted).toMatchObject({
        code: 0,
        stderr: '',
        stdout: expect.stringMatching(/^ *0 ids/),
      });
    } finally {
      await empty.stop();
    }
  });

  it.each([
    ['the first page', /cursor=0$/],
    ['a later page', /cursor=[^0]/],
    ['the rows', /ids=/],
  ])('is not written if the request for %s fails, also if there was one', async (_, failing) => {
    proxy.failing = failing;
    writeFileSync(join(folder, 'ids.txt'), '');
    const { code, stdout, stderr } = await pasteList();
    expect([code === 0, stdout]).toEqual([false, '']);
    expect(stderr).toContain('The requested URL returned error: 502');
    expect(existsSync(join(folder, 'ids.txt'))).toBe(false);
  });
});

describe('the files of the offline store', () => {
  it('keep their bytes if they cannot be downloaded', async () => {
    const block = blockWith('old.parquet');
    const loop = block.slice(block.indexOf('while read'));
    program(
      'aws',
      `case "$3 $4" in
        *second*old.parquet) echo 'SlowDown' >&2; exit 1 ;;
        s3:*old.parquet) echo "records of $3" > "$4" ;;
        *) cat "$3" >> "$(basename "$4")" ;;
      esac`,
    );
    program('python3', 'cp old.parquet new.parquet');
    writeFileSync(join(folder, 'files.txt'), 's3://log/first\ns3://log/second\ns3://log/third\n');
    expect(await paste(loop)).toMatchObject({
      stdout: 'Not changed: s3://log/second\n',
      stderr: 'SlowDown\n',
    });
    const uploaded = ['first', 'second', 'third'].map((name) => existsSync(join(folder, name)));
    expect(uploaded).toEqual([true, false, true]);
    expect(readFileSync(join(folder, 'third'), 'utf8')).toBe('records of s3://log/third\n');
  });
});
