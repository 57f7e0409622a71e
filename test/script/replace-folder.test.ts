import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { replaceFolder } from '../../script/lib/replace-folder.ts';

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'replace-folder-'));
  folder = join(parent, 'dist');
});
afterEach(() => rmSync(parent, { recursive: true }));

const write = (files: Readonly<Record<string, string>>) =>
  replaceFolder(folder, async (next) => {
    mkdirSync(join(next, 'web'), { recursive: true });
    for (const [path, content] of Object.entries(files)) writeFileSync(join(next, path), content);
  });

const identity = () => statSync(join(folder, 'web/index.html')).ino;

it('a folder that did not exist is there when it is whole', async () => {
  await write({ 'main.js': '1', 'web/index.html': '2' });
  expect(readFileSync(join(folder, 'web/index.html'), 'utf8')).toBe('2');
  expect(readdirSync(parent)).toEqual(['dist']);
});

it('files that have not changed are left alone', async () => {
  await write({ 'main.js': '1', 'web/index.html': '2' });
  const before = identity();
  await write({ 'main.js': '1', 'web/index.html': '2' });
  expect(identity()).toBe(before);
  expect(readdirSync(parent)).toEqual(['dist']);
});

it.each([
  ['a changed file', { 'main.js': '3', 'web/index.html': '2' }],
  ['a file more', { 'main.js': '1', 'web/index.html': '2', 'web/page.js': '' }],
  ['a file less', { 'web/index.html': '2' }],
])('the folder is replaced as a whole for %s', async (_, files) => {
  await write({ 'main.js': '1', 'web/index.html': '2' });
  await write(files);
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(
    ['web', ...Object.keys(files)].sort(),
  );
  expect(readdirSync(parent)).toEqual(['dist']);
});

it('a build that fails leaves the folder as it was, and nothing beside it', async () => {
  await write({ 'main.js': '1', 'web/index.html': '2' });
  const failing = replaceFolder(folder, async (next) => {
    mkdirSync(next);
    throw new Error('syntax');
  });
  await expect(failing).rejects.toThrow('syntax');
  expect(readFileSync(join(folder, 'main.js'), 'utf8')).toBe('1');
  expect(readdirSync(parent)).toEqual(['dist']);
});
