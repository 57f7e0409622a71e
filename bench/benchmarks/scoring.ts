import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ARM_MS, type Bench, VCPUS } from '../bench.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { sessionOf } from '../models.ts';
import { BareSessions } from '../peers/bare-sessions.ts';
import { interleave, ROUNDS } from '../rounds.ts';
import { ratios } from './throughput.ts';

const TSS = fileURLToPath(new URL('../../cli/tss.ts', import.meta.url));

/** Texts of the file whose time stands for the start, which a long file pays once. */
const FEW = 1;

/** `tss score` from file to file against bare sessions. */
async function againstSessions(bench: Bench): Promise<Measurement> {
  const sequences = bench.texts.map(({ ids }) => ids);
  const sessions = await BareSessions.start(VCPUS, sessionOf(bench.model), sequences);
  const dir = mkdtempSync(join(tmpdir(), 'bench-score-'));
  try {
    const count = Math.ceil(((await sessions.perSecond(ARM_MS)) * ARM_MS) / 1_000);
    const few = writeTexts(bench, dir, FEW);
    const many = writeTexts(bench, dir, FEW + count);
    const rounds = await interleave(
      ROUNDS,
      async () => {
        const startMs = await scoreMs(bench, few);
        return (count * 1_000) / ((await scoreMs(bench, many)) - startMs);
      },
      () => sessions.perSecond(ARM_MS),
    );
    return ratios(rounds, 'tss score texts/s', 'sessions predictions/s');
  } finally {
    await sessions.stop();
    rmSync(dir, { recursive: true });
  }
}

/** JSON Lines: texts may hold line breaks. */
function writeTexts({ texts }: Bench, dir: string, count: number): string {
  const path = join(dir, `${count}.jsonl`);
  const lines = Array.from({ length: count }, (_, index) => {
    const text = texts[index % texts.length]?.text ?? '';
    return `${JSON.stringify({ id: String(index), text })}\n`;
  });
  writeFileSync(path, lines.join(''));
  return path;
}

/** Time of the whole process. */
async function scoreMs({ model }: Bench, file: string): Promise<number> {
  const out = `${file}.scored.jsonl`;
  const startedMs = performance.now();
  const args = [TSS, 'score', file, '--out', out, '--workers', String(VCPUS)];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, MODELS_DIR: model.modelsDir, MODEL_NAME: model.bundle.name },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const [code] = await once(child, 'close');
  const elapsedMs = performance.now() - startedMs;
  if (code !== 0) throw new Error(`tss score ended with ${code}: ${errors}`);
  rmSync(out);
  return elapsedMs;
}

export const scoring: readonly Benchmark[] = [
  {
    id: 'B17',
    title: '`tss score` from file to file ÷ bare sessions, one per vCPU',
    method:
      'JSON Lines in and out; the time of a file with one text is taken off, for the start of the process; the sessions as in B1',
    better: 'higher',
    floor: 0.95,
    aim: 1.15,
    unit: 'ratio',
    run: againstSessions,
  },
];
