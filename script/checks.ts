/**
 * Runs every check and ends with the line `N passed, N failed`: each check counts as one, the
 * test suite with each of its tests. A check that fails does not stop the others.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { failedToRun, type Tally, tally } from './lib/jest-tally.ts';

const all = process.argv.includes('--all');

interface Check {
  readonly name: string;
  readonly run: () => Promise<Tally>;
  /** Left out unless --all is given. */
  readonly slow?: true;
}

/** Random histories that --all plays on each feature store; the test's own default is fewer. */
const ALL_HISTORIES = '1000';

/** No check takes as long on a slow machine; one that does hangs. */
const CHECK_TIMEOUT_MS = 5 * 60_000;
const TESTS_TIMEOUT_MS = 20 * 60_000;

const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];

const CHECKS: readonly Check[] = [
  command('format and lint', 'biome', 'check', '--error-on-warnings'),
  command('types', 'tsc'),
  command('types of the page', 'tsc', '-p', 'service/web'),
  command('types of the infrastructure', 'tsc', '-p', 'tsconfig.infrastructure.json'),
  command('Lua scripts', 'node', '--experimental-strip-types', 'script/lint-lua.ts'),
  command('import rules', 'depcruise', '.'),
  command('unused code', 'knip'),
  { name: 'tests', run: () => runTests(JEST) },
  {
    name: 'deployment',
    run: () => runTests([...JEST, '--config', 'jest.deploy.config.js']),
    slow: true,
  },
  {
    name: 'image',
    run: () => runTests(['script/image/test.ts']),
    slow: true,
  },
];

/** A check that passes when its command succeeds; what it says is shown when it does not. */
function command(name: string, ...words: [string, ...string[]]): Check {
  const run = async () => {
    const { succeeded, output } = await execute(words, 'pipe', CHECK_TIMEOUT_MS);
    if (!succeeded) process.stdout.write(output);
    return succeeded ? { passed: 1, failed: 0, skipped: [] } : failedToRun();
  };
  return { name, run };
}

/** @param words for Node: what runs jest with the arguments that follow */
async function runTests(words: readonly string[]): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'jest-'));
  const outputFile = join(folder, 'results.json');
  try {
    const jest = ['--ci', '--json', `--outputFile=${outputFile}`];
    const { succeeded } = await execute(['node', ...words, ...jest], 'inherit', TESTS_TIMEOUT_MS);
    return tally(JSON.parse(readFileSync(outputFile, 'utf8')), succeeded);
  } catch {
    return failedToRun();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function execute(
  [file, ...args]: readonly [string, ...string[]],
  stdio: 'pipe' | 'inherit',
  timeoutMs: number,
): Promise<{ succeeded: boolean; output: string }> {
  const bin = [join('node_modules', '.bin'), dirname(process.execPath), process.env.PATH];
  const child = spawn(file, args, {
    stdio: ['ignore', stdio, stdio],
    env: {
      ...(all && { HISTORIES: ALL_HISTORIES }),
      ...process.env,
      PATH: bin.join(delimiter),
    },
    timeout: timeoutMs,
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const { promise, resolve } = Promise.withResolvers<{ succeeded: boolean; output: string }>();
  child.on('error', (error) => resolve({ succeeded: false, output: `${error.message}\n` }));
  child.on('close', (code, signal) => {
    const end = signal ? `${file} was ended by ${signal}, after at most ${timeoutMs} ms.\n` : '';
    resolve({ succeeded: code === 0, output: output + end });
  });
  return promise;
}

const leftOut = CHECKS.filter((check) => check.slow && !all);
const report: string[] = [];
const total = { passed: 0, failed: 0 };
for (const check of CHECKS.filter((candidate) => !leftOut.includes(candidate))) {
  const startedMs = performance.now();
  process.stdout.write(`--- ${check.name}\n`);
  const { passed, failed, skipped } = await check.run();
  total.passed += passed;
  total.failed += failed;
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  report.push(`${failed === 0 ? 'passed' : 'FAILED'}  ${check.name} (${seconds} s)`);
  report.push(...skipped.map((name) => `        skipped: ${name}`));
}
if (leftOut.length > 0) {
  report.push(`Left out, run by --all: ${leftOut.map(({ name }) => name).join(', ')}`);
}
console.log(`\n${report.join('\n')}\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
