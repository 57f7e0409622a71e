import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

/** Says what it was asked for, and installs ONNX Runtime for two platforms. */
const NPM = `#!/bin/sh
echo "npm $*" >&2
cp package.json "$CHECKOUT/asked.json"
for platform in "${process.platform}/${process.arch}" plan9/mips; do
  mkdir -p "node_modules/onnxruntime-node/bin/napi-v6/$platform"
done
exit "$NPM_STATUS"
`;

let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "it's a checkout "));
  const paths = ['package.json', 'package-lock.json', '.npmrc', 'stubs', 'script/lib/toolchain.sh'];
  for (const path of paths) cpSync(path, join(checkout, path), { recursive: true });
  mkdirSync(join(checkout, 'bin'));
  writeFileSync(join(checkout, 'bin', 'npm'), NPM);
  chmodSync(join(checkout, 'bin', 'npm'), 0o755);
});
afterEach(() => rmSync(checkout, { recursive: true }));

function install(npmStatus = 0) {
  const path = [join(checkout, 'bin'), dirname(process.execPath), process.env.PATH];
  const script = 'set -euo pipefail; source script/lib/toolchain.sh; install_serving_packages';
  const { status, stderr } = spawnSync('bash', ['--norc', '-c', script], {
    cwd: checkout,
    env: { PATH: path.join(delimiter), CHECKOUT: checkout, NPM_STATUS: String(npmStatus) },
    encoding: 'utf8',
  });
  return { status, stderr };
}

const read = (path: string) => JSON.parse(readFileSync(join(checkout, path), 'utf8'));

describe('the packages for serving', () => {
  it('are those of production and a few for development, at the versions of the lockfile', () => {
    const { status, stderr } = install();
    expect([status, stderr]).toEqual([0, expect.stringContaining('npm install --omit=dev')]);
    const asked = read('asked.json');
    const { packages } = read('package-lock.json');
    expect(asked.dependencies).toMatchObject({
      ...read('package.json').dependencies,
      esbuild: packages['node_modules/esbuild'].version,
      commander: packages['node_modules/commander'].version,
    });
    expect(asked.devDependencies).not.toHaveProperty('esbuild');
    expect(read('package.json').dependencies).not.toHaveProperty('esbuild');
  });

  it('hold ONNX Runtime for this platform only', () => {
    install();
    const libraries = join(checkout, 'node_modules/onnxruntime-node/bin/napi-v6');
    expect(existsSync(join(libraries, process.platform, process.arch))).toBe(true);
    expect(existsSync(join(libraries, 'plan9', 'mips'))).toBe(false);
  });

  it('are installed once for a lockfile', () => {
    install();
    expect(install()).toEqual({ status: 0, stderr: '' });
  });

  it('do not take the place of those for development', () => {
    mkdirSync(join(checkout, 'node_modules'));
    writeFileSync(join(checkout, 'node_modules', '.installed-package-lock.json'), 'older');
    expect(install().stderr).toContain('npm ci');
  });

  it('do not take the place of those that `npm ci` has installed by hand', () => {
    mkdirSync(join(checkout, 'node_modules'));
    cpSync('package-lock.json', join(checkout, 'node_modules', '.package-lock.json'));
    expect(install()).toEqual({ status: 0, stderr: '' });
    expect(existsSync(join(checkout, 'asked.json'))).toBe(false);
  });

  it('take the place of an incomplete installation', () => {
    mkdirSync(join(checkout, 'node_modules'));
    const { packages } = read('package-lock.json');
    const { 'node_modules/typescript': _, ...others } = packages;
    const record = JSON.stringify({ packages: others });
    writeFileSync(join(checkout, 'node_modules', '.package-lock.json'), record);
    expect(install().stderr).toContain('npm install --omit=dev');
  });

  it('leave nothing behind when npm fails, and the message says what to look at', () => {
    const { status, stderr } = install(1);
    expect([status, stderr]).toEqual([1, expect.stringContaining('npm could not install')]);
    expect(stderr).toContain('npm config get');
    expect(existsSync(join(checkout, 'node_modules'))).toBe(false);
  });
});
