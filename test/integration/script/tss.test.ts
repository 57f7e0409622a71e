import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const PROGRAM = `
const { PORT, HOST } = process.env;
console.log(JSON.stringify({ PORT, HOST, folder: process.cwd(), words: process.argv.slice(2) }));
`;

/** A checkout whose packages are installed, with a program that prints what it was given. */
let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "it's a checkout "));
  for (const path of ['package.json', 'package-lock.json', 'script/tss', 'script/lib']) {
    cpSync(path, join(checkout, path), { recursive: true });
  }
  for (const folder of ['node_modules', 'cli', 'docs']) mkdirSync(join(checkout, folder));
  const installed = join(checkout, 'node_modules', '.installed-package-lock.json');
  cpSync('package-lock.json', installed);
  writeFileSync(join(checkout, 'cli', 'tss.ts'), PROGRAM);
});
afterEach(() => rmSync(checkout, { recursive: true }));

/** A checkout with the packages for serving only, whose npm fails. */
function runServing(...words: readonly string[]) {
  const modules = join(checkout, 'node_modules');
  rmSync(join(modules, '.installed-package-lock.json'));
  cpSync('package-lock.json', join(modules, '.installed-serving-lock.json'));
  const bin = join(checkout, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'npm'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const path = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
  return spawnSync(join(checkout, 'script', 'tss'), words, {
    env: { PATH: path },
    encoding: 'utf8',
  });
}

function run(options: { folder?: string; program?: string; env?: Record<string, string> } = {}) {
  const { folder = checkout, program = join(checkout, 'script', 'tss'), env } = options;
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const { stdout, stderr } = spawnSync(program, ['models', 'a b'], {
    cwd: folder,
    env: { PATH: path, ...env },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('script/tss', () => {
  it('prints nothing about a .env that does not exist', () => {
    expect(run()).toEqual({ folder: checkout, words: ['models', 'a b'] });
  });

  it('reads .env of the repository in every folder, and prefers the environment', () => {
    writeFileSync(join(checkout, '.env'), 'PORT=4702\nHOST=0.0.0.0\n');
    const folder = join(checkout, 'docs');
    expect(run({ folder, env: { HOST: '::1' } })).toMatchObject({
      PORT: '4702',
      HOST: '::1',
      folder,
    });
  });

  it.each([
    'score tweets.parquet --out scored.csv',
    'score tweets.csv --out scored.parquet',
    'score tweets --format parquet --out scored',
    'score s3://any/input/tweets/ --stage dev --dry-run',
    'score --stage=dev --run any',
    'evaluate --from-log predictions',
    'features training-set',
  ])('installs the packages for development for tss %s', (words) => {
    const { stderr } = runServing(...words.split(' '));
    expect(stderr).toMatch(/^Installing the packages for development/);
  });

  it.each(['score tweets.csv --out scored.csv', 'populate'])(
    'needs no more than the packages for serving for tss %s',
    (words) => {
      const { status, stderr } = runServing(...words.split(' '));
      expect([status, stderr]).toEqual([0, '']);
    },
  );

  it('runs through a link, as npx calls it', () => {
    const link = join(checkout, 'node_modules', 'tss');
    symlinkSync('../script/tss', link);
    expect(run({ program: link })).toMatchObject({ folder: checkout });
  });
});
