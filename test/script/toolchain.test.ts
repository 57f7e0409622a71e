import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { awsTool } from '../helpers/aws-tool.ts';

/** Commands that the script itself needs. */
const BASICS = ['bash', 'dirname', 'cat'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'toolchain-'));
  for (const command of BASICS) {
    const path = execFileSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' });
    symlinkSync(path.trim(), join(folder, command));
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

function addCommand(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** Installs test tools on a system with these commands alone. */
function installTestTools() {
  const script = 'set -euo pipefail; source script/lib/toolchain.sh; install_test_tools';
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], {
    env: { PATH: folder },
    encoding: 'utf8',
    timeout: 540_000,
  });
  return { status, lines: (stdout + stderr).trim().split('\n') };
}

it('a test that needs a missing AWS tool names the command that installs it', () => {
  expect(() => awsTool('python', '.tools/nowhere')).toThrow(
    '.tools/nowhere/bin/python is missing: run script/test once, which installs it.',
  );
});

it.each([
  ['checkout', ''],
  ['folder of packages', '/node_modules'],
])('the %s of another user is named before anything is installed', (_, inside) => {
  const checkout = join(folder, 'checkout');
  const foreign = checkout + inside;
  cpSync('script/lib/toolchain.sh', join(checkout, 'script/lib/toolchain.sh'));
  mkdirSync(join(checkout, 'node_modules'));
  addCommand('id', 'echo ada');
  for (const path of [folder, checkout]) chmodSync(path, 0o777);
  chmodSync(foreign, 0o555);
  const script = 'source script/lib/toolchain.sh; install_serving_packages';
  const { status, stderr } = spawnSync('bash', ['--norc', '-c', script], {
    cwd: checkout,
    env: { PATH: process.env.PATH && `${folder}:${process.env.PATH}` },
    encoding: 'utf8',
    // Root may write everywhere.
    ...(process.getuid?.() === 0 && { uid: 65_534 }),
  });
  chmodSync(foreign, 0o755);
  expect([status, stderr]).toEqual([
    1,
    `ada cannot write to ${foreign}: work in a clone of your own, or get write permission.\n`,
  ]);
});

describe('installations', () => {
  const spawnAlone = (...names: readonly string[]) => {
    const checkout = join(folder, 'checkout');
    cpSync('script/lib/toolchain.sh', join(checkout, 'script/lib/toolchain.sh'));
    // A step of each that the other would see.
    const step = 'step() { echo "begin $1"; sleep 1; echo "end $1"; }';
    const script = `set -euo pipefail; source script/lib/toolchain.sh; ${step}; alone install step "$1" 2>/dev/null`;
    const shells = names.map((name) => `bash --norc -c '${script}' - ${name} &`).join(' ');
    const run = { cwd: checkout, encoding: 'utf8' as const, timeout: 540_000 };
    return spawnSync('bash', ['--norc', '-c', `${shells} wait`], run)
      .stdout.trim()
      .split('\n');
  };

  it('run one after the other, whatever commands begin them', () => {
    const lines = spawnAlone('a', 'b', 'c');
    expect(lines).toHaveLength(6);
    for (let at = 0; at < 6; at += 2)
      expect(lines[at + 1]).toBe(lines[at]?.replace('begin', 'end'));
  });

  it('end when their lock cannot be written', () => {
    const checkout = join(folder, 'checkout');
    cpSync('script/lib/toolchain.sh', join(checkout, 'script/lib/toolchain.sh'));
    mkdirSync(join(checkout, '.tools/install.lock'), { recursive: true });
    const script =
      'set -euo pipefail; source script/lib/toolchain.sh; alone install echo installed';
    const run = { cwd: checkout, encoding: 'utf8' as const, timeout: 540_000 };
    expect(spawnSync('bash', ['--norc', '-c', script], run)).toMatchObject({
      ...{ status: 1, stdout: '' },
      stderr: `${checkout}/.tools/install.lock cannot be written. Remove it if it is there.\n`,
    });
  });

  it('do not wait for a process that has ended', () => {
    const { pid } = spawnSync('true');
    mkdirSync(join(folder, 'checkout/.tools'), { recursive: true });
    writeFileSync(join(folder, 'checkout/.tools/install.lock'), `${pid}\n`);
    expect(spawnAlone('a')).toEqual(['begin a', 'end a']);
  });

  /** Prints the steps of what runs in a checkout whose lock names the process with this id. */
  const runAfter = (owner: string | number, script: string) => {
    const checkout = join(folder, 'checkout');
    cpSync('script/lib/toolchain.sh', join(checkout, 'script/lib/toolchain.sh'));
    const lock = `mkdir -p .tools; echo ${owner} >.tools/install.lock`;
    const source = 'set -euo pipefail; source script/lib/toolchain.sh';
    return spawnSync('bash', ['--norc', '-c', `${lock}; ${source}; ${script}`], {
      ...{ cwd: checkout, encoding: 'utf8', timeout: 540_000 },
      env: { PATH: process.env.PATH && `${folder}:${process.env.PATH}` },
    }).stdout;
  };

  it('do not wait for themselves, when an earlier process with their id has left the lock', () => {
    expect(runAfter('$$', 'alone install echo installed')).toBe('installed\n');
  });

  it('of two that find the lock of a process that has ended run one after the other', () => {
    const { pid } = spawnSync('true');
    // The second finds the lock first, and acts when the first has replaced it.
    const script = `
      step() {
        echo "begin $1"
        until [[ -e replaced ]]; do :; done
        sleep 1
        echo "end $1"
      }
      export -f say alone expect_own_checkout step
      kill() { until [[ -e found ]]; do :; done; builtin kill "$@"; }
      export -f kill
      bash -c 'set -euo pipefail; alone install step first' &
      kill() {
        builtin kill "$@" && return
        touch found
        until next=$(cat .tools/install.lock) && [[ -n $next && $next != "$2" ]]; do :; done
        touch replaced
        return 1
      }
      export -f kill
      bash -c 'set -euo pipefail; alone install step second' 2>told
      wait`;
    expect(runAfter(pid, script)).toBe('begin first\nend first\nbegin second\nend second\n');
  });

  it('of the same Python packages run once', () => {
    addCommand('python3', 'mkdir -p "$4/bin" && cp "$PIP" "$4/bin/pip"');
    addCommand('pip', 'echo pip >>ran; sleep 1');
    const wanted = "install_python_packages python wanted.txt 'the packages'";
    const script = `
      export PIP=${join(folder, 'pip')}
      touch wanted.txt
      for each in 1 2; do
        bash -c "set -euo pipefail; source script/lib/toolchain.sh; ${wanted}" 2>>told &
      done
      wait
      cat ran`;
    const { pid } = spawnSync('true');
    expect(runAfter(pid, script)).toBe('pip\n');
  });

  it('of Python packages for tests that can be skipped let the others go on', () => {
    addCommand('python3', 'exit 1');
    const { pid } = spawnSync('true');
    const script = 'install_http_clients; [[ ! -e .tools/http-clients.lock ]] && echo went on';
    expect(runAfter(pid, script)).toBe('went on\n');
  });
});

describe('the tools of the tests', () => {
  it('are left to the user, with the commands for each system, where apt is missing', () => {
    addCommand('id', 'echo 0');
    expect(installTestTools()).toEqual({
      status: 3,
      lines: [
        expect.stringContaining(
          'Missing: redis-server, openssl, faketime, jq, chromium, python3-venv.',
        ),
        '  Debian, Ubuntu  sudo apt-get install redis-server openssl faketime jq chromium python3-venv',
        '  Fedora          sudo dnf install valkey openssl libfaketime jq chromium python3',
        '  macOS           brew install redis openssl libfaketime jq chromium python',
      ],
    });
  });

  it('are left to a user other than root, and sudo is not called', () => {
    addCommand('id', 'echo 1000');
    addCommand('apt-get', 'echo "apt-get $*"');
    addCommand('sudo', 'echo "sudo $*"');
    const { status, lines } = installTestTools();
    expect(status).toBe(3);
    expect(lines.filter((line) => /^(sudo|apt-get)/.test(line))).toEqual([]);
  });

  it('are named before root gets the missing ones installed', () => {
    addCommand('id', 'echo 0');
    addCommand('apt-get', 'echo "apt-get $*" >&2');
    addCommand('valkey-server', '');
    addCommand('google-chrome', '');
    addCommand('python3', '');
    const { status, lines } = installTestTools();
    expect([status, lines]).toEqual([
      0,
      [
        'Installing openssl, faketime, jq (Debian packages) ...',
        'apt-get update -qq',
        'apt-get install -qq --yes --no-install-recommends openssl faketime jq',
      ],
    ]);
  });
});
