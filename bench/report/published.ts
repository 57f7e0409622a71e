import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MeasuredModel } from '../added-models/measurements.ts';
import type { Machine } from '../machine.ts';
import type { ModelKey } from '../model-key.ts';
import type { Scaling } from '../scaling/measurements.ts';
import type { ShapeName } from '../stand-in/shapes.ts';
import type { Report, ResultRow } from './results-file.ts';

const RESULTS_DIR = 'bench/results';
const LIST = join(RESULTS_DIR, 'published.json');

/** The files of bench/results that docs/performance.md is made of, without their `.json`. */
export interface PublishedNames {
  /** A benchmark's result in a later one replaces that in an earlier one. */
  readonly runs: readonly string[];
  readonly scaling: string | null;
  readonly addedModels: string | null;
}

export interface PublishedRun extends Omit<Report, 'results'> {
  readonly name: string;
  readonly results: readonly ResultRow[];
}

export interface ScalingRun {
  readonly name: string;
  readonly startedAt: string;
  readonly machine: Machine;
  readonly models: Readonly<Partial<Record<ModelKey, Scaling>>>;
}

/** A result of `npm run bench:models`. */
export interface AddedModelsRun {
  readonly name: string;
  readonly startedAt: string;
  readonly machine: Machine;
  readonly models: Readonly<Partial<Record<ShapeName, MeasuredModel>>>;
}

export interface Published {
  readonly runs: readonly PublishedRun[];
  readonly scaling: ScalingRun | null;
  readonly addedModels: AddedModelsRun | null;
}

/** For a process in the repository's folder. @throws Error where a file is missing */
export function readPublished(): Published {
  const names: PublishedNames = JSON.parse(readFileSync(LIST, 'utf8'));
  const read = <T>(name: string): T => ({
    name,
    ...JSON.parse(readFileSync(join(RESULTS_DIR, `${name}.json`), 'utf8')),
  });
  return {
    runs: names.runs.map((name) => read<PublishedRun>(name)),
    scaling: names.scaling === null ? null : read<ScalingRun>(names.scaling),
    addedModels: names.addedModels === null ? null : read<AddedModelsRun>(names.addedModels),
  };
}

export function listOfPublished(names: PublishedNames): { path: string; content: string } {
  return { path: LIST, content: `${JSON.stringify(names, null, 2)}\n` };
}

/** Names of all results, oldest first. */
export function resultNames(): {
  readonly runs: string[];
  readonly scalings: string[];
  readonly addedModels: string[];
} {
  const names = readdirSync(RESULTS_DIR)
    .filter((name) => /^(scaling-|added-models-)?\d{4}-.*\.json$/.test(name))
    .map((name) => name.replace(/\.json$/, ''))
    .toSorted();
  return {
    runs: names.filter((name) => /^\d/.test(name)),
    scalings: names.filter((name) => name.startsWith('scaling-')),
    addedModels: names.filter((name) => name.startsWith('added-models-')),
  };
}
