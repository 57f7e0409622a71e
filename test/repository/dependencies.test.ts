import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
}

const { dependencies, devDependencies, overrides } = JSON.parse(
  readFileSync('package.json', 'utf8'),
) as Package;

/** Folders of which the image's bundles are made. */
const BUNDLED = ['service', 'cli/kit', 'cli/score/formats', 'cli/bulk/child'];

const sourceOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');

const isImported = (name: string, source: string) =>
  new RegExp(`(from|import\\()\\s*'${name}['/]`).test(source);

describe('dependencies', () => {
  // The image installs them, and its list of components names them: tools belong to devDependencies.
  it('are the packages that the service and the bulk task import, and the stubs of packages that they do not need', () => {
    const source = BUNDLED.map(sourceOf).join('\n');
    const unused = Object.keys(dependencies)
      .filter((name) => !(name in overrides))
      .filter((name) => !isImported(name, source));
    expect(unused).toEqual([]);
  });
});

describe('packages of the page', () => {
  it('are installed by the Dockerfile and by script/start, which build the page without the other tools', () => {
    const page = sourceOf('service/web');
    const packages = Object.keys(devDependencies).filter((name) => isImported(name, page));
    expect(packages).toContain('chart.js');
    for (const path of ['Dockerfile', 'script/lib/toolchain.sh']) {
      const words = readFileSync(path, 'utf8').split(/\s+/);
      expect(words).toEqual(expect.arrayContaining(packages));
    }
  });
});
