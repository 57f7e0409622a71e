/**
 * Runs every check and ends with the line `N passed, N failed`: each command counts as one, each
 * tier of tests with each of its tests. A check that fails does not stop the others.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  COMMAND_CHECKS,
  COMMAND_TIMEOUT_MS,
  type CommandCheck,
  SLOW_TIERS,
  TIERS,
  type Tier,
} from './lib/checks.ts';
import { failedToRun, type Tally, tally } from './lib/jest-tally.ts';
import { runCommand } from './lib/run-command.ts';

/** Random histories that --all plays on each feature store; the test's own default is fewer. */
const ALL_HISTORIES = '500';

const { values } = parseArgs({ options: { all: { type: 'boolean', default: false } } });

async function runCheck({ name, command }: CommandCheck): Promise<Tally> {
  const options = { output: 'pipe', timeoutMs: COMMAND_TIMEOUT_MS } as const;
  const { succeeded, timedOut, output } = await runCommand(command, options);
  if (succeeded) return { passed: 1, failed: 0, skipped: [] };
  process.stdout.write(output);
  if (timedOut) sayTimedOut(COMMAND_TIMEOUT_MS, `the check ${name}`);
  return failedToRun();
}

async function runTier({ name, command, timeoutMs }: Tier): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'jest-'));
  const outputFile = join(folder, 'results.json');
  try {
    const { succeeded, timedOut, output } = await runCommand(
      [...command, '--ci', '--json', `--outputFile=${outputFile}`],
      { output: 'inherit', timeoutMs, env: values.all ? { HISTORIES: ALL_HISTORIES } : {} },
    );
    process.stdout.write(output);
    if (timedOut) {
      sayTimedOut(timeoutMs, `the tier ${name}`);
      return failedToRun();
    }
    return tally(JSON.parse(readFileSync(outputFile, 'utf8')), succeeded);
  } catch (error) {
    console.log(`The tier ${name} left no results: ${String(error)}`);
    return failedToRun();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const report: string[] = [];
const total = { passed: 0, failed: 0 };

function sayTimedOut(timeoutMs: number, what: string): void {
  const text = `The time limit of ${timeoutMs / 1_000} s ended ${what}.`;
  console.log(text);
  report.push(text);
}

async function count(name: string, run: () => Promise<Tally>): Promise<void> {
  const startedMs = performance.now();
  process.stdout.write(`--- ${name}\n`);
  const { passed, failed, skipped } = await run();
  total.passed += passed;
  total.failed += failed;
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  report.push(`${failed === 0 ? 'passed' : 'FAILED'}  ${name} (${passed} passed, ${seconds} s)`);
  report.push(...skipped.map((test) => `        skipped: ${test}`));
}

for (const check of COMMAND_CHECKS) await count(check.name, () => runCheck(check));
for (const tier of TIERS) await count(`tests: ${tier.name}`, () => runTier(tier));
for (const tier of SLOW_TIERS) {
  if (values.all) await count(`tests: ${tier.name}`, () => runTier(tier));
}
if (!values.all) {
  report.push(`Left out, run by --all: ${SLOW_TIERS.map(({ name }) => name).join(', ')}`);
}
console.log(`\n${report.join('\n')}\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
