import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Precision } from '../../cli/models/convert/graph/classifier-graph.ts';
import type { PreprocessingStep } from '../../service/contract/preprocessing.ts';
import type { ResourceUsage } from './resource-usage.ts';

const TSS = fileURLToPath(new URL('../../cli/tss.ts', import.meta.url));
const RESOURCE_USAGE = fileURLToPath(new URL('./resource-usage.ts', import.meta.url));
const OUTPUT_KEPT = 4_000;

export interface ModelToAdd {
  readonly name: string;
  readonly folder: string;
  readonly precision: Precision;
  readonly modelsDir: string;
  readonly preprocessing?: readonly PreprocessingStep[];
}

export interface AddedModel extends ResourceUsage {
  readonly seconds: number;
  /** Trial result of the INT8 graph against the FP32 graph of the same weights. */
  readonly comparison: Comparison | null;
}

export interface Comparison {
  readonly texts: number;
  readonly agreementPercent: number;
  readonly largestDifference: number;
}

/**
 * Runs `tss models add`, the command that users run. Random weights call no praise positive, so
 * the model is added by --force.
 *
 * @throws Error with the end of what the command wrote
 */
export async function addModel(model: ModelToAdd): Promise<AddedModel> {
  const { name, folder, precision, modelsDir, preprocessing = [] } = model;
  const manifest = join(modelsDir, 'manifest.json');
  mkdirSync(modelsDir, { recursive: true });
  if (!existsSync(manifest)) writeFileSync(manifest, '{"models":[]}\n');
  const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
  const usageFile = join(scratch, 'usage.json');
  const words = [
    ...['models', 'add', folder, '--name', name, '--precision', precision, '--force'],
    ...['--preprocessing', preprocessing.join(',') || 'none'],
  ];
  const started = performance.now();
  try {
    const output = await run(['--import', RESOURCE_USAGE, TSS, ...words], {
      MODELS_DIR: modelsDir,
      RESOURCE_USAGE_FILE: usageFile,
    });
    const seconds = (performance.now() - started) / 1_000;
    const usage: ResourceUsage = JSON.parse(readFileSync(usageFile, 'utf8'));
    return { seconds, ...usage, comparison: parseComparison(output) };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    output = (output + chunk).slice(-OUTPUT_KEPT);
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`tss ${args.slice(3).join(' ')} failed:\n${output}`);
  return output;
}

/** Reads the line in which `add` compares two graphs. */
export function parseComparison(output: string): Comparison | null {
  const line =
    /INT8 against FP32: ([\d.]+) % of (\d+) labels agree, largest difference of a probability ([\d.]+\d)/;
  const [, agreement, texts, difference] = line.exec(output) ?? [];
  if (agreement === undefined) return null;
  return {
    texts: Number(texts),
    agreementPercent: Number(agreement),
    largestDifference: Number(difference),
  };
}
