import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findBundle, readManifest } from '../../service/inference/bundle/manifest.ts';
import { CACHE_DIR } from '../assets.ts';
import { withServer } from '../bench.ts';
import { saturate } from '../benchmarks/throughput.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import type { BenchModel } from '../models.ts';
import { textRequests } from '../requests.ts';
import { interleave, ROUNDS } from '../rounds.ts';
import { type ServedModel, startService } from '../servers/service.ts';
import { type AddedModel, addModel } from '../stand-in/add-model.ts';
import type { ShapeName } from '../stand-in/shapes.ts';
import { writeStandIn } from '../stand-in/write-stand-in.ts';
import { median, type Summary, summarize } from '../statistics.ts';
import { loadTexts } from '../texts.ts';

const TEXTS = 400;
/** Enough for batches to form; FP32 at this size answers each within the deadline. */
const CONNECTIONS = 16;
const DEADLINE_MS = 30_000;

/** What `tss models add` may take on two vCPUs. */
export const ADDING_LIMITS: Readonly<Record<ShapeName, { seconds: number; bytes: number }>> = {
  'roberta-base': { seconds: 120, bytes: 1.2e9 },
  'bert-base': { seconds: 300, bytes: 2e9 },
  'xlm-roberta-base': { seconds: 300, bytes: 2e9 },
};

/** One format of an added model. */
export interface MeasuredFormat {
  readonly fileBytes: number;
  /** Median of the saturated service. */
  readonly predictionsPerSecond: number;
}

export interface MeasuredModel {
  readonly weightsBytes: number;
  /** `tss models add` from a folder, to row-wise INT8 with its comparison to FP32. */
  readonly added: AddedModel;
  readonly int8: MeasuredFormat;
  readonly fp32: MeasuredFormat;
  /** INT8 / FP32 predictions per second. */
  readonly speedUp: Summary;
  readonly texts: number;
  /** Of a text, special tokens included. */
  readonly meanTokens: number;
}

/** Adds a stand-in in both formats, then serves both and loads them in turn. */
export async function measureAddedModel(
  shape: ShapeName,
  load: LoadGenerator,
  say: (text: string) => void,
): Promise<MeasuredModel> {
  const folder = await writeStandIn(shape, say);
  const modelsDir = join(CACHE_DIR, 'added-models', shape);
  rmSync(modelsDir, { recursive: true, force: true });
  say(`${shape}: tss models add ...`);
  const names = { int8: shape, fp32: `${shape}-fp32` };
  const added = await addModel({ name: names.int8, folder, precision: 'int8', modelsDir });
  await addModel({ name: names.fp32, folder, precision: 'fp32', modelsDir });
  const int8 = await modelToServe(modelsDir, names.int8);
  const fp32 = await modelToServe(modelsDir, names.fp32);
  say(`${shape}: predictions per second ...`);
  const texts = (await loadTexts(int8, say)).slice(0, TEXTS);
  const rounds = await compareRates(int8, fp32, textRequests(texts), load);
  const formatOf = ({ graphPath }: GraphToServe, rates: readonly number[]): MeasuredFormat => ({
    fileBytes: statSync(graphPath).size,
    predictionsPerSecond: median(rates),
  });
  const measured: MeasuredModel = {
    weightsBytes: statSync(join(folder, 'model.safetensors')).size,
    added,
    int8: formatOf(
      int8,
      rounds.map(({ a }) => a),
    ),
    fp32: formatOf(
      fp32,
      rounds.map(({ b }) => b),
    ),
    speedUp: summarize(rounds.map(({ a, b }) => a / b)),
    texts: texts.length,
    meanTokens: texts.reduce((sum, { ids }) => sum + ids.length, 0) / texts.length,
  };
  rmSync(modelsDir, { recursive: true });
  return measured;
}

type GraphToServe = ServedModel & Pick<BenchModel, 'graphPath' | 'tokenizerPath'>;

async function modelToServe(modelsDir: string, name: string): Promise<GraphToServe> {
  const bundle = findBundle(await readManifest(modelsDir), name);
  const file = (path: string) => join(modelsDir, name, path);
  return {
    modelsDir,
    bundle,
    graphPath: file(bundle.graph),
    tokenizerPath: file(bundle.tokenizer),
  };
}

/** @returns predictions per second of two services in each round, one of them at work at a time */
async function compareRates(
  a: ServedModel,
  b: ServedModel,
  requests: readonly Buffer[],
  load: LoadGenerator,
): Promise<{ readonly a: number; readonly b: number }[]> {
  const env = { SINGLE_DEADLINE_MS: String(DEADLINE_MS) };
  const rate = (port: number) => () =>
    saturate({ load }, port, requests, { connections: CONNECTIONS });
  return withServer(startService({ model: a, env }), (first) =>
    withServer(startService({ model: b, env }), (second) =>
      interleave(ROUNDS, rate(first.port), rate(second.port)),
    ),
  );
}
