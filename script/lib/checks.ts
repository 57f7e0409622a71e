/** A check that passes when its command succeeds. */
export interface CommandCheck {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

/** A tier of tests, run by jest. */
export interface Tier {
  readonly name: string;
  /** Arguments of Node up to those of jest. */
  readonly command: readonly [string, ...string[]];
  readonly timeoutMs: number;
}

export const MINUTE_MS = 60_000;

/** Time limit of each check that is a command. */
export const COMMAND_TIMEOUT_MS = 5 * MINUTE_MS;

/** Files that begin as shell scripts do, and the file that they source. */
const SHELL_SCRIPTS =
  'grep -rlIE "^#!.*\\b(ba)?sh\\b" .ci .github script && echo script/lib/toolchain.sh';

const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
] as const;

const tier = (name: string, minutes: number, ...options: string[]): Tier => ({
  name,
  command: ['node', ...JEST, '--selectProjects', name, ...options],
  timeoutMs: minutes * MINUTE_MS,
});

export const COMMAND_CHECKS: readonly CommandCheck[] = [
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings'] },
  { name: 'types', command: ['tsc'] },
  { name: 'types of the page', command: ['tsc', '-p', 'service/web'] },
  { name: 'types of the infrastructure', command: ['tsc', '-p', 'tsconfig.infrastructure.json'] },
  { name: 'spelling', command: ['cspell', '--no-progress', '--no-summary'] },
  { name: 'Lua scripts', command: ['node', 'script/lint-lua.ts'] },
  { name: 'import rules', command: ['depcruise', '.'] },
  { name: 'unused code', command: ['knip'] },
  { name: 'workflows', command: ['.tools/python/bin/zizmor', '--offline', '.github'] },
  { name: 'Dockerfile', command: ['.tools/python/bin/hadolint', 'Dockerfile'] },
  {
    name: 'shell scripts',
    command: ['bash', '-c', `(${SHELL_SCRIPTS}) | xargs .tools/python/bin/shellcheck -x`],
  },
];

export const TIERS: readonly Tier[] = [
  tier('unit', 20, '--maxWorkers=100%'),
  tier('integration', 40, '--maxWorkers=100%'),
  tier('e2e', 30, '--maxWorkers=100%'),
  tier('infra', 30, '--maxWorkers=100%'),
  // Alone and one after the other: they measure time.
  tier('perf', 15, '--runInBand'),
];

/** Left out unless --all is given. */
export const SLOW_TIERS: readonly Tier[] = [
  // Its tests wait for servers more than they compute.
  tier('faults', 20, '--maxWorkers=2'),
  // One Docker engine at a time.
  tier('deploy', 25, '--runInBand'),
  // Emulated programs keep both CPUs of a small machine busy.
  tier('arm64', 60, '--runInBand'),
  { name: 'image', command: ['node', 'script/image/test.ts'], timeoutMs: 40 * MINUTE_MS },
];
