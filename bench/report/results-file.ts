import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isGate, type Result, verdictOf } from '../benchmark.ts';
import type { CurvePoint } from '../curve.ts';
import type { Machine } from '../machine.ts';
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
}

/** Writes a report; returns the path. */
export function writeReport({ results, ...report }: Report): string {
  const path = join(
    RESULTS_DIR,
    `${report.startedAt.replace(/\.\d+Z$/, 'Z').replaceAll(':', '')}.json`,
  );
  const rows = results.map((result) => {
    const { id, title, better, floor, aim, unit } = result.benchmark;
    const gate = isGate(result);
    const verdict = verdictOf(result);
    return {
      id,
      model: result.model,
      title,
      better,
      floor,
      aim,
      unit,
      gate,
      verdict,
      ...result.outcome,
    };
  });
  mkdirSync(RESULTS_DIR, { recursive: true });
  writeFileSync(path, `${JSON.stringify({ ...report, results: rows }, null, 2)}\n`);
  return path;
}
