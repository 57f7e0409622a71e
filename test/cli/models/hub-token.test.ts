import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hubToken } from '../../../cli/models/hub-token.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'home-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function write(path: string, token: string): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, token);
  return file;
}

describe("the hub's token", () => {
  it.each(['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'])('is taken from %s', (name) => {
    expect(hubToken({ HOME: home, [name]: 'hf_abc\n' })).toBe('hf_abc');
  });

  it.each([
    ['HOME', '.cache/huggingface/token', ''],
    ['XDG_CACHE_HOME', 'huggingface/token', ''],
    ['HF_HOME', 'token', ''],
    ['HF_TOKEN_PATH', 'my-token', 'my-token'],
  ])('is read from the file of `hf auth login` below %s', (name, path, value) => {
    write(path, 'hf_file\n');
    expect(hubToken({ HOME: join(home, 'none'), [name]: join(home, value) })).toBe('hf_file');
  });

  it('of the environment is preferred to that of the file', () => {
    write('.cache/huggingface/token', 'hf_file');
    expect(hubToken({ HOME: home, HF_TOKEN: 'hf_abc' })).toBe('hf_abc');
  });

  it('is absent without any of them, or where the file is empty', () => {
    expect(hubToken({ HOME: home })).toBeUndefined();
    write('.cache/huggingface/token', '\n');
    expect(hubToken({ HOME: home })).toBeUndefined();
  });

  it.each(['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'])(
    'with a line break in %s is refused, and the message does not repeat it',
    (name) => {
      const read = () => hubToken({ HOME: home, [name]: 'first-half\nsecond-half' });
      expect(read).toThrow(`${name}: its value (a secret, not shown) is not a token`);
      expect(read).not.toThrow(/half/);
    },
  );

  it('with a line break in its file is refused, and the message names the file', () => {
    const file = write('token', 'first-half\nsecond-half');
    expect(() => hubToken({ HF_HOME: home })).toThrow(`${file}: its value (a secret`);
  });
});
