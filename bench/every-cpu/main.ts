/**
 * `npm run bench:cpus -- [TEXTS]`: scores golden texts, all or the given number, on this machine and
 * on emulated arm64 CPUs: alone, beside a copy, padded and in batches. Writes
 * bench/results/every-cpu.json, from which `npm run docs` makes the table in docs/cpu-families.md.
 * Emulation shows answers, not speed.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { promisify } from 'node:util';
import { type CpuFamily, cpuFamilyOf } from '../../service/contract/cpu-family.ts';
import { indexOfHighest, softmax } from '../../service/inference/scores.ts';
import { RESULTS_PATH, type Row } from '../report/every-cpu.ts';
import type { Measurement } from './measure.ts';

const PROGRAM = 'bench/every-cpu/measure.ts';
const EMULATOR = 'script/arm64';
const FOLDER = 'models/minilm-tweet-sentiment';

async function measure(
  words: readonly [string, ...string[]],
  cpu: string,
  family: CpuFamily,
): Promise<Row> {
  const [file, ...args] = [...words, PROGRAM, ...process.argv.slice(2)] as [string, ...string[]];
  const { stdout } = await promisify(execFile)(file, args, { maxBuffer: 64 * 1024 * 1024 });
  return rowOf(JSON.parse(stdout), cpu, family);
}

function rowOf(measurement: Measurement, cpu: string, family: CpuFamily): Row {
  const { lines, alone, ...differences } = measurement;
  const compare = (expected: readonly (readonly number[])[]) => {
    const differences = { largest: 0, labels: 0 };
    for (const [index, logits] of alone.entries()) {
      const row = expected[lines[index] ?? -1] ?? [];
      const scores = softmax(logits);
      const own = scores.map((value, label) => Math.abs(value - (row[label] ?? Number.NaN)));
      differences.largest = Math.max(differences.largest, ...own);
      if (indexOfHighest(scores) !== indexOfHighest(row)) differences.labels++;
    }
    return differences;
  };
  const x64 = read('golden.jsonl', 'probabilities_int8');
  return {
    cpu,
    family,
    texts: lines.length,
    ...differences,
    againstX64: compare(x64),
    againstOwn: compare(family === 'x64' ? x64 : read('golden-arm64.jsonl', 'probabilities')),
  };
}

function read(name: string, field: string): number[][] {
  const lines = readFileSync(`${FOLDER}/${name}`, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line)[field]);
}

const own = cpuFamilyOf(process.arch);
const here = await measure([process.execPath], cpus()[0]?.model.trim() || own, own);
const emulated = ['neoverse-n1', 'max'].map((cpu) =>
  measure([EMULATOR, '--cpu', cpu], `${cpu}, emulated`, 'arm64'),
);
const rows = [here, ...(await Promise.all(emulated))];
writeFileSync(
  RESULTS_PATH,
  `${JSON.stringify({ date: new Date().toISOString(), rows }, null, 2)}\n`,
);
console.log(`Written: ${RESULTS_PATH}; \`npm run docs\` makes the table from it.`);
