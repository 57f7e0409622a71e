import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

/** SPDX identifiers of licences that let the packages be shipped under Apache-2.0. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
]);

interface LockedPackage {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly link?: boolean;
}

interface Manifest {
  readonly license?: string | { readonly type: string };
  readonly licenses?: readonly { readonly type: string }[];
}

/** Whether an SPDX expression can be met by permissive licences alone. */
function permissive(expression: string): boolean {
  const bare = expression.replaceAll(/[()]/g, '');
  if (bare.includes(' AND ')) return bare.split(' AND ').every(permissive);
  return bare.split(' OR ').some((licence) => PERMISSIVE.has(licence.trim()));
}

function licenceOf(path: string): string {
  const manifest = JSON.parse(readFileSync(`${path}/package.json`, 'utf8')) as Manifest;
  const { license = manifest.licenses?.map(({ type }) => type).join(' OR ') ?? 'none' } = manifest;
  return typeof license === 'string' ? license : license.type;
}

const lockfile = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
const shipped = Object.entries(lockfile.packages)
  .filter(([path, locked]) => path.startsWith('node_modules/') && !locked.dev && !locked.optional)
  .filter(([, { devOptional }]) => !devOptional)
  .map(([path]) => path);

describe('the licence of', () => {
  it('at least every direct dependency is looked at', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const direct = Object.keys(dependencies).map((name) => `node_modules/${name}`);
    expect(shipped).toEqual(expect.arrayContaining(direct));
  });

  it.each(shipped)('%s is permissive', (path) => {
    expect([licenceOf(path), permissive(licenceOf(path))]).toEqual([licenceOf(path), true]);
  });

  it.each([
    ['GPL-3.0-only', false],
    ['(MIT OR GPL-3.0-only)', true],
    ['MIT AND LGPL-3.0-only', false],
    ['none', false],
  ])('%s would be told right', (expression, expected) => {
    expect(permissive(expression)).toBe(expected);
  });
});
