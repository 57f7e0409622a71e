/**
 * Gain of two workers from weights that are mapped from a file instead of read, and from
 * weights packed in advance: time until both are ready, private memory, and speed. See
 * docs/adr/0012.
 *
 *     node bench/probes/shared-weights.ts minilm|roberta
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { median, summarize } from '../statistics.ts';

const ROUNDS = 7;
const WORKERS = 2;
const RUNS = 30;
const TOKENS = 24;
/** Smaller tensors stay in the graph. */
const EXTERNAL_BYTES_MIN = '1024';
const MIB = 1024;
const SELF = fileURLToPath(import.meta.url);

const SESSION: InferenceSession.SessionOptions = {
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'basic',
};

interface Report {
  readonly readyMs: number;
  readonly anonymousMib: number;
  readonly runMs: number;
}

if (!isMainThread) await work();
else if (process.argv[2] === 'arm') await arm(process.argv[3] ?? '');
else await compare();

async function compare(): Promise<void> {
  // Here, because the workers import this file, too, and are measured from their start.
  const { loadModel } = await import('../models.ts');
  const key = process.argv[2] === 'roberta' ? 'roberta' : 'minilm';
  const { graphPath } = await loadModel(key, (text) => console.error(text));
  const folder = mkdtempSync(join(tmpdir(), 'weights-'));
  try {
    const arms = {
      'as it is': graphPath,
      mapped: await save(graphPath, folder, 'mapped', {}),
      'mapped and packed': await save(graphPath, folder, 'packed', {
        save_external_prepacked_constant_initializers: '1',
      }),
    };
    const reports = new Map(Object.keys(arms).map((name) => [name, [] as Report[]]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, path] of Object.entries(arms)) {
        const args = [SELF, 'arm', path];
        const { stdout, signal } = spawnSync(process.execPath, args, { encoding: 'utf8' });
        if (signal === null) reports.get(name)?.push(JSON.parse(stdout));
        else console.log(`${key}, ${name}: the process died of ${signal}`);
      }
    }
    for (const [name, of] of reports) if (of.length > 0) print(`${key}, ${name}`, of);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Saves the graph as the runtime optimized it, its weights in a file beside it. */
async function save(
  graphPath: string,
  folder: string,
  name: string,
  extra: Record<string, string>,
): Promise<string> {
  const path = join(folder, `${name}.onnx`);
  const session = await InferenceSession.create(graphPath, {
    ...SESSION,
    optimizedModelFilePath: path,
    extra: {
      session: {
        optimized_model_external_initializers_file_name: `${name}.bin`,
        optimized_model_external_initializers_min_size_in_bytes: EXTERNAL_BYTES_MIN,
        ...extra,
      },
    },
  });
  await session.release();
  return path;
}

/** One arm in a separate process. */
async function arm(path: string): Promise<void> {
  const beforeMib = anonymousMib();
  const startedMs = performance.now();
  const workers = Array.from({ length: WORKERS }, () => new Worker(SELF, { workerData: path }));
  const next = () => Promise.all(workers.map((worker) => once(worker, 'message')));
  await next();
  const readyMs = performance.now() - startedMs;
  const report = { readyMs, anonymousMib: anonymousMib() - beforeMib };
  for (const worker of workers) worker.postMessage('run');
  const runMs = (await next()).map(([ms]) => Number(ms));
  console.log(JSON.stringify({ ...report, runMs: median(runMs) } satisfies Report));
}

async function work(): Promise<void> {
  const session = await InferenceSession.create(String(workerData), SESSION);
  const run = async () => {
    const ids = new BigInt64Array(TOKENS).fill(100n);
    const mask = new BigInt64Array(TOKENS).fill(1n);
    const startedMs = performance.now();
    await session.run({
      input_ids: new Tensor('int64', ids, [1, TOKENS]),
      attention_mask: new Tensor('int64', mask, [1, TOKENS]),
    });
    return performance.now() - startedMs;
  };
  await run();
  parentPort?.once('message', async () => {
    const times: number[] = [];
    for (let i = 0; i < RUNS; i++) times.push(await run());
    parentPort?.postMessage(median(times));
  });
  parentPort?.postMessage('ready');
}

function anonymousMib(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) / MIB;
}

function print(name: string, reports: readonly Report[]): void {
  const show = (what: string, unit: string, pick: (report: Report) => number) => {
    const { median: middle, lowest, highest } = summarize(reports.map(pick));
    return `${what} ${middle.toFixed(1)} ${unit} (${lowest.toFixed(1)} to ${highest.toFixed(1)})`;
  };
  console.log(
    [
      `${name}: ${show('ready after', 'ms', ({ readyMs }) => readyMs)}`,
      show('anonymous', 'MiB', ({ anonymousMib: mib }) => mib),
      show('a run', 'ms', ({ runMs }) => runMs),
    ].join(', '),
  );
}
