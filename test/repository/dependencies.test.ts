import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
}

const { dependencies, overrides } = JSON.parse(readFileSync('package.json', 'utf8')) as Package;

/** Folders of which the image's bundles are made. */
const BUNDLED = ['service', 'cli/kit', 'cli/score/formats', 'cli/bulk/child'];

const source = BUNDLED.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8')),
).join('\n');

describe('dependencies', () => {
  // The image installs them, and its list of components names them: tools belong to devDependencies.
  it('are the packages that the service and the bulk task import, and the stubs of packages that they do not need', () => {
    const unused = Object.keys(dependencies)
      .filter((name) => !(name in overrides))
      .filter((name) => !new RegExp(`(from|import\\()\\s*'${name}['/]`).test(source));
    expect(unused).toEqual([]);
  });
});
