import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Bench, VCPUS, withService } from '../bench.ts';
import { saturate } from '../benchmarks/throughput.ts';
import type { BenchModel } from '../models.ts';
import { textRequests } from '../requests.ts';
import { type Summary, summarize } from '../statistics.ts';

const ROUNDS = 7;
const TOKENS = [4, 8, 16, 32, 64, 128, 256];
const BATCHES = [1, 2, 4, 8, 16];
/** About the mean of tweets. */
const BATCH_TOKENS = 24;
/** A shorter measurement is repeated until it takes so long. */
const ARM_MS = 120;

/** One figure at one value of the varied parameter. */
export interface Point {
  readonly at: number;
  readonly summary: Summary;
}

/** Cost of a prediction; parts that were not asked for are absent. */
export interface Scaling {
  /** CPU milliseconds of one text by its tokens, special ones included: a session, one thread. */
  readonly tokens?: readonly Point[];
  /** CPU milliseconds per text of 24 tokens by the size of the batch: a session, one thread. */
  readonly batch?: readonly Point[];
  /** Predictions per second of the saturated service by its number of workers. */
  readonly workers?: readonly Point[];
}

export type Part = keyof Scaling;

const MEASURES: Readonly<Record<Part, (bench: Bench) => Promise<Point[]>>> = {
  async tokens({ model }) {
    const run = await openBatches(model);
    return vary(TOKENS, (length) => timeOf(() => run(1, length)));
  },
  async batch({ model }) {
    const run = await openBatches(model);
    return vary(BATCHES, async (size) => (await timeOf(() => run(size, BATCH_TOKENS))) / size);
  },
  workers: measureWorkers,
};

export const PARTS = Object.keys(MEASURES) as Part[];

export async function measureScaling(bench: Bench, parts: readonly Part[]): Promise<Scaling> {
  const scaling: Partial<Record<Part, readonly Point[]>> = {};
  for (const part of parts) {
    bench.say(`${bench.model.key}: ${part}`);
    scaling[part] = await MEASURES[part](bench);
  }
  return scaling;
}

/** Measures each value once a round, in an order that turns with every round. */
async function vary(
  values: readonly number[],
  measure: (value: number) => Promise<number>,
  rounds = ROUNDS,
): Promise<Point[]> {
  const measured = values.map((at) => ({ at, results: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const { at, results } of round % 2 === 0 ? measured : measured.toReversed()) {
      results.push(await measure(at));
    }
  }
  return measured.map(({ at, results }) => ({ at, summary: summarize(results) }));
}

/**
 * CPU milliseconds of one run, the mean of as many as take long enough to be timed. On an idle
 * machine that is the time it takes; on a busy one, others do not count.
 */
async function timeOf(run: () => Promise<void>): Promise<number> {
  await run();
  const started = process.cpuUsage();
  const elapsedMs = () => {
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1_000;
  };
  let runs = 0;
  do {
    await run();
    runs++;
  } while (elapsedMs() < ARM_MS);
  return elapsedMs() / runs;
}

/** A session of one thread that scores a batch of equally long texts. */
async function openBatches({ graphPath, bundle }: BenchModel) {
  const session = await InferenceSession.create(graphPath, {
    executionMode: 'sequential',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: bundle.graphOptimization,
  });
  return async (texts: number, tokens: number) => {
    const shape = [texts, tokens];
    // Any words do: what a model computes does not depend on them.
    const ids = BigInt64Array.from({ length: texts * tokens }, (_, at) => BigInt(1_000 + at));
    await session.run({
      input_ids: new Tensor('int64', ids, shape),
      attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape),
    });
  };
}

/** One service for each count of workers; all run, and one at a time has load. */
async function measureWorkers(bench: Bench): Promise<Point[]> {
  const requests = textRequests(bench.texts);
  const counts = Array.from({ length: VCPUS }, (_, index) => index + 1);
  const ports = new Map<number, number>();
  const startAll = async (rest: readonly number[]): Promise<Point[]> => {
    const [count, ...others] = rest;
    if (count === undefined) {
      return vary(counts, (workers) => saturate(bench, ports.get(workers) ?? 0, requests), 5);
    }
    const options = { env: { INFERENCE_WORKERS: String(count) } };
    return withService(bench, options, async ({ port }) => {
      ports.set(count, port);
      return startAll(others);
    });
  };
  return startAll(counts);
}
