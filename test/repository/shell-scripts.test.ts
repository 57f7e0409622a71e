import { globSync, readFileSync, statSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const SHELL = /^(#!.*\b(ba)?sh\b|# shellcheck shell=)/m;

const paths = globSync('{.ci,.github,script}/**').filter(
  (path) => statSync(path).isFile() && SHELL.test(readFileSync(path, 'utf8')),
);

/** Lines of the scripts that match, with their file. */
function linesWith(pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => pattern.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
}

it('shell scripts have no empty arrays, whose use ends the Bash 3.2 of macOS under set -u', () => {
  expect(paths).toEqual(expect.arrayContaining(['script/start', 'script/lib/toolchain.sh']));
  expect(linesWith(/\w=\(\s*\)/)).toEqual([]);
});

it('shell scripts do not pipe into grep -q, which ends early and fails the pipe under pipefail', () => {
  expect(linesWith(/\|\s*grep -\w*q/)).toEqual([]);
});
