/** `script/bench`: runs benchmarks and says what came out. */
import { UsageError } from '../cli/kit/errors.ts';
import { type Arguments, parseArguments, USAGE } from './arguments.ts';
import type { Bench } from './bench.ts';
import { type Benchmark, isGate, type Result, verdictOf } from './benchmark.ts';
import { CannotRun } from './cannot-run.ts';
import { type CurvePoint, measureCurve } from './curve.ts';
import { LoadGenerator } from './load/load-generator.ts';
import { describeMachine } from './machine.ts';
import { measurePeers, type PeerRow, requireQuiet } from './measure-peers.ts';
import type { ModelKey } from './model-key.ts';
import { loadModel } from './models.ts';
import { BENCHMARKS } from './registry.ts';
import { formatPeers } from './report/peer-table.ts';
import { rowOf, writeReport } from './report/results-file.ts';
import { describe, formatNumber, formatResults } from './report/table.ts';
import { type SoakResult, soak } from './soak.ts';
import { summarize } from './statistics.ts';
import { loadTexts } from './texts.ts';

const say = (progress: string) => process.stderr.write(`  ${progress}\n`);

try {
  if (process.argv.slice(2).some((argument) => ['-h', '--help'].includes(argument))) {
    console.log(USAGE);
  } else {
    process.exitCode = await main(parseArguments(process.argv.slice(2), BENCHMARKS));
  }
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  } else if (error instanceof CannotRun) {
    console.error(error.message);
    process.exitCode = 1;
  } else throw error;
}

/** Returns the exit code. */
async function main(wanted: Arguments): Promise<number> {
  const startedAt = new Date().toISOString();
  const machine = await describeMachine();
  console.log(`${describe(machine)}\n`);
  if (wanted.peers) requireQuiet(machine);
  const load = await LoadGenerator.start();
  const results: Result[] = [];
  const curves: Partial<Record<ModelKey, readonly CurvePoint[]>> = {};
  const soaks: Partial<Record<ModelKey, SoakResult>> = {};
  const peers: Partial<Record<ModelKey, readonly PeerRow[]>> = {};
  try {
    for (const model of wanted.models) {
      const found = await runModel(model, wanted, load);
      results.push(...found.results);
      if (found.curve) curves[model] = found.curve;
      if (found.soak) soaks[model] = found.soak;
      if (found.peers) peers[model] = found.peers;
    }
  } finally {
    load.stop();
  }
  const path = writeReport({ startedAt, machine, results, curves, soaks, peers });
  console.log(`Written to ${path}; npm run bench:publish puts it into docs/performance.md`);
  const isBroken = Object.values(soaks).some(({ conditions }) =>
    conditions.some(({ holds }) => !holds),
  );
  return isBroken || (wanted.gates && missedGates(results).length > 0) ? 1 : 0;
}

interface ModelFindings {
  readonly results: readonly Result[];
  readonly curve?: readonly CurvePoint[];
  readonly soak?: SoakResult;
  readonly peers?: readonly PeerRow[];
}

async function runModel(
  key: ModelKey,
  wanted: Arguments,
  load: LoadGenerator,
): Promise<ModelFindings> {
  const benchmarks = wanted.benchmarks.filter(
    ({ only, gate }) => (only ?? key) === key && (!wanted.gates || gate === key),
  );
  const { curve: wantsCurve, peers: wantsPeers, soakSeconds } = wanted;
  const nothing =
    benchmarks.length === 0 && !wantsCurve && !wantsPeers && soakSeconds === undefined;
  if (nothing) return { results: [] };
  let bench: Bench;
  try {
    const model = await loadModel(key, say);
    bench = { model, texts: await loadTexts(model, say), load, say };
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    say(`${key}: ${error.message}`);
    const outcome = { kind: 'cannot run', reason: error.message } as const;
    return { results: benchmarks.map((benchmark) => ({ benchmark, model: key, outcome })) };
  }

  const results: Result[] = [];
  for (const benchmark of benchmarks) {
    say(`${key} ${benchmark.id}: ${benchmark.title}`);
    const result = { benchmark, model: key, outcome: await outcomeOf(benchmark, bench) };
    results.push(result);
    say(`${key} ${benchmark.id}: ${verdictOf(result)}`);
  }
  if (results.length > 0) console.log(`### ${key}\n\n${formatResults(results.map(rowOf))}\n`);
  const findings: ModelFindings = { results };
  const curve = wantsCurve ? { curve: await measureCurve(bench) } : {};
  const soaked = soakSeconds === undefined ? {} : { soak: await runSoak(bench, soakSeconds) };
  const peers = wantsPeers ? { peers: await runPeers(bench) } : {};
  return { ...findings, ...curve, ...soaked, ...peers };
}

async function outcomeOf(benchmark: Benchmark, bench: Bench): Promise<Result['outcome']> {
  try {
    const measurement = await benchmark.run(bench);
    return { kind: 'measured', summary: summarize(measurement.rounds), measurement };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: error instanceof CannotRun ? 'cannot run' : 'failed', reason };
  }
}

async function runPeers(bench: Bench): Promise<PeerRow[]> {
  const rows = await measurePeers(bench);
  console.log(`### peers, ${bench.model.key}\n\n${formatPeers(rows)}\n`);
  return rows;
}

async function runSoak(bench: Bench, seconds: number): Promise<SoakResult> {
  const result = await soak(bench, seconds);
  console.log(`### soak, ${bench.model.key}\n`);
  for (const [name, value] of Object.entries(result.details)) {
    console.log(`- ${name}: ${formatNumber(value)}`);
  }
  for (const { what, holds } of result.conditions)
    console.log(`- ${holds ? 'ok' : 'NOT'}: ${what}`);
  console.log('');
  return result;
}

/** Gates that did not hold their floor, or could not be measured. */
function missedGates(results: readonly Result[]): Result[] {
  const missed = results.filter(
    (result) => isGate(result) && !['aim reached', 'floor held'].includes(verdictOf(result)),
  );
  for (const result of missed) {
    console.log(`Gate ${result.benchmark.id} (${result.model}): ${verdictOf(result)}`);
  }
  return missed;
}
