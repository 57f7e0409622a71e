import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { StateFile } from '../../../cli/kit/state-file.ts';

const PROGRESS = { cursor: '7', done: 100 };
const SAVED = { ...PROGRESS, savedMs: expect.any(Number) };

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'state-file-')), 'state.json');
});

describe('the state file of a command', () => {
  it('keeps the progress of unfinished jobs', async () => {
    await (await StateFile.open(path)).put('a', PROGRESS);
    expect((await StateFile.open(path)).get('a')).toEqual(SAVED);
  });

  it('is removed when the last job is finished', async () => {
    const state = await StateFile.open(path);
    await state.put('a', PROGRESS);
    await state.put('b', PROGRESS);
    await state.remove('a');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ b: SAVED });
    await state.remove('b');
    expect(existsSync(path)).toBe(false);
  });

  it('is refused before the work begins when its folder is missing', async () => {
    await expect(StateFile.open('/does/not/exist/state.json')).rejects.toThrow(
      /^\/does\/not\/exist\/state\.json cannot be written: .*ENOENT: no such file or directory/,
    );
  });

  it('is refused while another process uses it', async () => {
    writeFileSync(`${path}.lock-${process.ppid}-0a`, '');
    await expect(StateFile.open(path)).rejects.toThrow(
      `${path} is in use by process ${process.ppid}; wait for its end, or choose another file with --state`,
    );
  });

  it('is refused when it holds something else', async () => {
    writeFileSync(path, '[]');
    await expect(StateFile.open(path)).rejects.toThrow(`${path} is not a state file`);
  });
});
