import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Benchmark, isGate, type Result, type Verdict, verdictOf } from '../benchmark.ts';
import type { CurvePoint } from '../curve.ts';
import type { Machine } from '../machine.ts';
import type { PeerRow } from '../measure-peers.ts';
import type { ModelKey } from '../model-key.ts';
import type { SoakResult } from '../soak.ts';

const RESULTS_DIR = resolve('bench/results');

/** All that one run of script/bench found. */
export interface Report {
  readonly startedAt: string;
  readonly machine: Machine;
  readonly results: readonly Result[];
  readonly curves: Readonly<Partial<Record<ModelKey, readonly CurvePoint[]>>>;
  readonly soaks: Readonly<Partial<Record<ModelKey, SoakResult>>>;
  /** Absent in the oldest files. */
  readonly peers?: Readonly<Partial<Record<ModelKey, readonly PeerRow[]>>>;
}

/** A result as it is written: what was measured, and how. */
export type ResultRow = Omit<Benchmark, 'run' | 'gate' | 'only' | 'method'> &
  Result['outcome'] & {
    readonly model: ModelKey;
    readonly gate: boolean;
    readonly verdict: Verdict;
    /** Absent in the oldest files. */
    readonly method?: string;
  };

export function rowOf(result: Result): ResultRow {
  const { id, title, method, better, floor, aim, unit } = result.benchmark;
  return {
    id,
    model: result.model,
    title,
    method,
    better,
    floor,
    aim,
    unit,
    gate: isGate(result),
    verdict: verdictOf(result),
    ...result.outcome,
  };
}

/** Writes a report; returns the path. */
export function writeReport({ results, ...report }: Report): string {
  const { startedAt } = report;
  return writeResults('', startedAt, { ...report, results: results.map(rowOf) });
}

/** Writes what was measured, named by when it began; returns the path. */
export function writeResults(prefix: string, startedAt: string, results: object): string {
  const time = startedAt.replace(/\.\d+Z$/, 'Z').replaceAll(':', '');
  const path = join(RESULTS_DIR, `${prefix}${time}.json`);
  mkdirSync(RESULTS_DIR, { recursive: true });
  writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`);
  return path;
}
