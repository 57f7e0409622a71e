import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

/** SPDX identifiers of licenses that let a package be shipped under Apache-2.0. */
const PERMISSIVE = [
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
];

/** Licenses that oblige only distributors: allowed for tools that are not shipped. */
const TOOLS_ONLY = ['CC-BY-4.0', 'CC BY-SA 4.0', 'MPL-2.0', 'WTFPL'];

interface LockedPackage {
  readonly dev?: boolean;
  readonly license?: string;
  readonly link?: boolean;
}

/** Packages of development whose code the page holds. */
const PAGE = ['chart.js', '@kurkle/color'].map((name) => `node_modules/${name}`);

/** True if an SPDX expression can be met by the allowed licenses alone. */
function isMetBy(allowed: readonly string[], expression: string): boolean {
  const bare = expression.replaceAll(/[()]/g, '');
  if (bare.includes(' AND ')) return bare.split(' AND ').every((part) => isMetBy(allowed, part));
  return bare.split(' OR ').some((license) => allowed.includes(license.trim()));
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
// The stubs, which are links, are part of this repository.
const installed = Object.entries(packages).filter(
  ([path, { link }]) => path.startsWith('node_modules/') && !link,
);

/** Packages with a license that is not among the allowed ones, or without one. */
function refused(allowed: readonly string[], locked: typeof installed): string[] {
  return locked
    .filter(([, { license = '' }]) => !isMetBy(allowed, license))
    .map(([path, { license = 'no license' }]) => `${path}: ${license}`);
}

describe('licenses of packages', () => {
  it('are permissive where the image or the page holds the package', () => {
    const shipped = installed.filter(([path, { dev }]) => !dev || PAGE.includes(path));
    expect(shipped.length).toBeGreaterThan(100);
    expect(refused(PERMISSIVE, shipped)).toEqual([]);
  });

  it('are permissive, or oblige only distributors, for the tools of development', () => {
    const tools = installed.filter(([, { dev }]) => dev);
    expect(tools.length).toBeGreaterThan(100);
    expect(refused([...PERMISSIVE, ...TOOLS_ONLY], tools)).toEqual([]);
  });

  it.each([
    ['GPL-3.0-only', false],
    ['(MIT OR GPL-3.0-only)', true],
    ['MIT AND LGPL-3.0-only', false],
    ['(Apache-2.0 AND BSD-3-Clause)', true],
    ['MPL-2.0', false],
    ['', false],
  ])('are read from the expression "%s": permissive is %s', (expression, expected) => {
    expect(isMetBy(PERMISSIVE, expression)).toBe(expected);
  });
});

describe('NOTICE', () => {
  const notice = readFileSync('NOTICE', 'utf8');

  it('names each model of the repository', () => {
    const { models } = JSON.parse(readFileSync('models/manifest.json', 'utf8')) as {
      models: readonly { readonly name: string }[];
    };
    for (const { name } of models) expect(notice).toContain(`models/${name}\n`);
  });

  it('has the license texts that packages of the image do not bring along', () => {
    expect(notice).toContain('ONNX Runtime');
    expect(notice).toContain('Swagger UI');
  });
});
