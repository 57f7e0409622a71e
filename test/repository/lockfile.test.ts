import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface LockedPackage {
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, LockedPackage>;
};

/** The places where Node looks for a package that is required from another one. */
function candidates(from: string, name: string): string[] {
  const parent = from.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, '');
  const place = `${from}${from && '/'}node_modules/${name}`;
  return from === '' ? [place] : [place, ...candidates(parent, name)];
}

describe('package-lock.json', () => {
  // A registry that lacks other platforms' packages makes `npm install` leave them out silently;
  // `npm ci` then refuses the file everywhere.
  it('locks what every package depends on, for every platform', () => {
    const missing = Object.entries(packages).flatMap(([path, locked]) =>
      Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })
        .filter((name) => !candidates(path, name).some((place) => place in packages))
        .map((name) => `${name}, for ${path}`),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry, so that it works with any', () => {
    const resolved = Object.values(packages).flatMap((locked) => locked.resolved ?? []);
    expect(resolved.filter((address) => !address.startsWith('stubs/'))).toEqual([]);
  });
});
