import { execFileSync } from 'node:child_process';

/** Debian packages that script/test asks for on a system that has none of them. */
export function systemPackages(): ReadonlySet<string> {
  const script = 'source script/lib/toolchain.sh; PATH= missing_test_tools';
  const listed = execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  return new Set(listed.trim().split('\n'));
}

/** Packages that a command of apt-get installs. */
export function installedBy(command: string): readonly string[] {
  const [, packages = ''] = /--no-install-recommends (.*)$/m.exec(command) ?? [];
  return packages.split(' ');
}
