/** The commands of "Erasing a person" in docs/operations.md, when one of their requests fails. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';

const [, section = ''] =
  /^## Erasing a person\n(.*?)^## /ms.exec(readFileSync('docs/operations.md', 'utf8')) ?? [];

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
function paste(code: string, environment: Readonly<Record<string, string>> = {}) {
  return spawnSync('bash', ['-c', code], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${folder}${delimiter}${process.env.PATH}`,
      ID: '7',
      ...environment,
    },
  });
}

describe('the list of tweets that a purge has missed', () => {
  const list = blockWith('ids.txt');
  const environment = { ADMIN_TOKEN: 'token', KEY: 'key', URL: 'http://service.test' };

  beforeEach(() => {
    // Two pages of ids, then the rows of all; FAILING is a part of the request that fails.
    program(
      'curl',
      `case "$*" in
        *"\${FAILING:-none}"*) echo '502 Bad Gateway' >&2; exit 22 ;;
        *cursor=0*) echo '{"tweetIds":["1","2"],"nextCursor":"9"}' ;;
        *cursor=9*) echo '{"tweetIds":["3"],"nextCursor":null}' ;;
        *ids=1,2,3*) echo '{"rows":[{"tweetId":"1","authorId":"7"},null,{"tweetId":"3","authorUsername":"Name"}]}' ;;
        *) exit 3 ;;
      esac`,
    );
    // Does what jq does with these answers.
    program(
      'jq',
      `exec '${process.execPath}' -e '
        const { tweetIds, nextCursor, rows } = JSON.parse(require("fs").readFileSync(0, "utf8"));
        if (rows) rows.filter(Boolean).forEach(({ tweetId }) => console.log(tweetId));
        else if (process.argv.includes(".nextCursor")) console.log(nextCursor);
        else tweetIds.forEach((id) => console.log(id));' -- "$@"`,
    );
  });

  it('has those of all pages', () => {
    expect(paste(list, environment)).toMatchObject({ stderr: '', status: 0 });
    expect(readFileSync(join(folder, 'ids.txt'), 'utf8')).toBe('1\n3\n');
  });

  it.each([
    ['the first page', 'cursor=0'],
    ['a later page', 'cursor=9'],
    ['the rows', 'ids=1'],
  ])('is not written if the request for %s fails, also if there was one', (_request, FAILING) => {
    writeFileSync(join(folder, 'ids.txt'), '');
    const { stderr, stdout, status } = paste(list, { ...environment, FAILING });
    expect([stdout, stderr.split('\n')[0], status === 0]).toEqual(['', '502 Bad Gateway', false]);
    expect(existsSync(join(folder, 'ids.txt'))).toBe(false);
  });
});

describe('the files of the offline store', () => {
  it('keep their bytes if they cannot be downloaded', () => {
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
    expect(paste(loop).stdout).toBe('Not changed: s3://log/second\n');
    const uploaded = ['first', 'second', 'third'].map((name) => existsSync(join(folder, name)));
    expect(uploaded).toEqual([true, false, true]);
    expect(readFileSync(join(folder, 'third'), 'utf8')).toBe('records of s3://log/third\n');
  });
});
