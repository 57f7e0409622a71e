import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findBundle, readManifest } from '../../service/inference/bundle/manifest.ts';
import { CACHE_DIR } from '../assets.ts';
import { withServer } from '../bench.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import type { BenchModel } from '../models.ts';
import { textRequests } from '../requests.ts';
import { interleave, ROUNDS } from '../rounds.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { type ServedModel, startService } from '../servers/service.ts';
import { type AddedModel, addModel } from '../stand-in/add-model.ts';
import type { ShapeName } from '../stand-in/shapes.ts';
import { writeStandIn } from '../stand-in/write-stand-in.ts';
import { median, type Summary, summarize } from '../statistics.ts';
import { loadTexts } from '../texts.ts';

/** Distinct texts, a part of them in each round. */
const TEXTS = 300;
/** Enough for batches to form. */
const CONNECTIONS = 16;
/** Nothing is refused, however busy the machine is. */
const DEADLINE_MS = 600_000;
const ARM_MS_MAX = 3_600_000;

/** Time limit of `tss models add` on two vCPUs. */
export const ADDING_LIMITS: Readonly<Record<ShapeName, { seconds: number; bytes: number }>> = {
  'roberta-base': { seconds: 120, bytes: 1.2e9 },
  'bert-base': { seconds: 300, bytes: 2e9 },
  'xlm-roberta-base': { seconds: 300, bytes: 2e9 },
};

/** One format of an added model. */
export interface MeasuredFormat {
  readonly fileBytes: number;
  /** CPU time of the service for a text, the median of the rounds. */
  readonly cpuMsPerText: number;
  /** The same as wall-clock time says; other work on the machine makes it smaller. */
  readonly predictionsPerSecond: number;
}

export interface MeasuredModel {
  readonly weightsBytes: number;
  /** `tss models add` from a folder, to row-wise INT8 with its comparison to FP32. */
  readonly added: AddedModel;
  readonly int8: MeasuredFormat;
  readonly fp32: MeasuredFormat;
  /** FP32 / INT8 CPU time for a text: how many times as many texts INT8 scores on a busy vCPU. */
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
  const formatOf = ({ graphPath }: GraphToServe, arms: readonly Arm[]): MeasuredFormat => ({
    fileBytes: statSync(graphPath).size,
    cpuMsPerText: median(arms.map(({ cpuMsPerText }) => cpuMsPerText)),
    predictionsPerSecond: median(arms.map(({ perSecond }) => perSecond)),
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
    speedUp: summarize(rounds.map(({ a, b }) => b.cpuMsPerText / a.cpuMsPerText)),
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

interface Arm {
  readonly cpuMsPerText: number;
  readonly perSecond: number;
}

/** Loads two services in turn, one of them at work at a time, each round with other texts. */
async function compareRates(
  a: ServedModel,
  b: ServedModel,
  requests: readonly Buffer[],
  load: LoadGenerator,
): Promise<{ readonly a: Arm; readonly b: Arm }[]> {
  const env = {
    SINGLE_DEADLINE_MS: String(DEADLINE_MS),
    INFERENCE_HANG_TIMEOUT_MS: String(DEADLINE_MS),
  };
  const inRound = Math.floor(requests.length / ROUNDS);
  const arm = (service: ServerProcess) => {
    let round = 0;
    return () => {
      const from = inRound * round++;
      return measureArm(service, requests.slice(from, from + inRound), load);
    };
  };
  return withServer(startService({ model: a, env }), (first) =>
    withServer(startService({ model: b, env }), (second) =>
      interleave(ROUNDS, arm(first), arm(second)),
    ),
  );
}

async function measureArm(
  service: ServerProcess,
  requests: readonly Buffer[],
  load: LoadGenerator,
): Promise<Arm> {
  const beforeMs = service.cpuMs;
  const { succeeded, perSecond, failures } = await load.closed({
    port: service.port,
    connections: CONNECTIONS,
    warmUpMs: 0,
    durationMs: ARM_MS_MAX,
    requests,
    once: true,
  });
  if (succeeded < requests.length) {
    const causes = JSON.stringify(failures);
    throw new Error(`${succeeded} of ${requests.length} texts were scored: ${causes}`);
  }
  return { cpuMsPerText: (service.cpuMs - beforeMs) / requests.length, perSecond };
}
