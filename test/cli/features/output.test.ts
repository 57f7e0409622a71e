import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { produce } from '../../../cli/features/output.ts';

describe('an output of the feature commands', () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'output-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('is refused by its name if another command made it meanwhile, which stays', async () => {
    const out = join(dir, 'out');
    const making = produce(out, 'folder', async (path) => {
      await mkdir(path);
      mkdirSync(out);
      writeFileSync(join(out, 'first'), '');
    });
    await expect(making).rejects.toThrow(`${out} exists already; delete it or choose another`);
    expect([readdirSync(dir), readdirSync(out)]).toEqual([['out'], ['first']]);
  });

  it('is refused also if it is a file, which stays as it is', async () => {
    const out = join(dir, 'out');
    const making = produce(out, 'file', async (path) => {
      writeFileSync(path, 'second');
      writeFileSync(out, 'first');
    });
    await expect(making).rejects.toThrow(`${out} exists already; delete it or choose another`);
    expect([readdirSync(dir), readFileSync(out, 'utf8')]).toEqual([['out'], 'first']);
  });

  it('is moved if it cannot be linked, as on some file systems', async () => {
    const out = join(dir, 'out');
    // A folder cannot be linked on any of them.
    await produce(out, 'file', (path) => mkdir(path));
    expect(readdirSync(dir)).toEqual(['out']);
  });
});
