/**
 * Measures the image against a single-stage build of the same service, side by side in
 * alternating rounds, and prints the tables of docs/container.md:
 *
 *   node script/image/measure.ts [ROUNDS]     default: 3
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { copyBuildContext } from './lib/build-context.ts';
import { changeCode, changeDependencies, changeModel } from './lib/change-context.ts';
import { containerCommand } from './lib/container-command.ts';
import type { RunnableImage } from './lib/container-engine.ts';
import { containerEngine } from './lib/detect-engine.ts';
import { execute } from './lib/execute.ts';
import { type LayerSize, measureImage } from './lib/image-archive.ts';

const START_TIMEOUT_MS = 60_000;

const CHANGES = {
  'the model': changeModel,
  'the code': changeCode,
  'a dependency': changeDependencies,
} as const;

const rounds = Number(process.argv[2] ?? 3);
await execute('script/image/prepare', []);
const engine = await containerEngine();

/** Everything that is under version control, as a plain `COPY . .` finds it. */
async function copyCheckout(): Promise<string> {
  const context = mkdtempSync(join(tmpdir(), 'context-'));
  const files = await execute('git', ['ls-files', '--cached', '--others', '--exclude-standard']);
  for (const file of files.split('\n').filter((name) => name !== '')) {
    mkdirSync(dirname(join(context, file)), { recursive: true });
    cpSync(file, join(context, file));
  }
  rmSync(join(context, '.dockerignore'));
  cpSync('script/image/single-stage.Dockerfile', join(context, 'Dockerfile'));
  return context;
}

/** One way to build the service, from a context of its own that can be changed. */
class Contender {
  readonly context: string;
  readonly #repository: string;
  #builds = 0;

  constructor(repository: string, context: string) {
    this.#repository = repository;
    this.context = context;
  }

  /** Of the latest build. */
  get tag(): string {
    return this.#tagOf(this.#builds);
  }

  /** The image before goes, after the time is taken: each may weigh more than a gigabyte. */
  async secondsToBuild(): Promise<number> {
    const startedMs = performance.now();
    await engine.build({ tag: this.#tagOf(this.#builds + 1), context: this.context });
    const seconds = (performance.now() - startedMs) / 1_000;
    if (this.#builds > 0) await engine.remove(this.tag);
    this.#builds++;
    return seconds;
  }

  async remove(): Promise<void> {
    rmSync(this.context, { recursive: true, force: true });
    if (this.#builds > 0) await engine.remove(this.tag);
  }

  #tagOf(build: number): string {
    return `${this.#repository}:measured-${build}`;
  }
}

const staged = new Contender('tweet-sentiment-service', copyBuildContext());
const single = new Contender('tweet-sentiment-service-single-stage', await copyCheckout());
const contenders = [staged, single];
const leftovers: (() => Promise<void>)[] = contenders.map((contender) => () => contender.remove());

/** Also when the measurement breaks off: nothing stays but the engine's cache of layers. */
async function cleanUp(): Promise<void> {
  for (let next = leftovers.pop(); next !== undefined; next = leftovers.pop()) {
    await next().catch(console.error);
  }
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(1)));
}

/** From the start of the container until it says that it serves, which is after the warm-up. */
async function secondsToReady(runnable: RunnableImage): Promise<number> {
  const [file, ...args] = containerCommand(runnable, { PORT: '0' });
  const startedMs = performance.now();
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  let output = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    output += text;
    if (output.includes('Serving on ')) break;
  }
  clearTimeout(timer);
  const seconds = (performance.now() - startedMs) / 1_000;
  child.kill('SIGTERM');
  if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
  if (!output.includes('Serving on ')) throw new Error(`the service did not start:\n${output}`);
  return seconds;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** `median (lowest to highest)` */
function spread(values: readonly number[]): string {
  const format = (value: number) => value.toFixed(1);
  return `${format(median(values))} (${format(Math.min(...values))} to ${format(Math.max(...values))})`;
}

function row(what: string, ours: readonly number[], theirs: readonly number[], unit: string): void {
  const ratios = ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
  const ratio = `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
  console.log(`| ${what} | ${spread(ours)} ${unit} | ${spread(theirs)} ${unit} | ${ratio} |`);
}

function total(sizes: readonly LayerSize[], what: keyof LayerSize): number {
  return sizes.reduce((sum, layer) => sum + layer[what], 0) / 1e6;
}

async function measureRebuilds(): Promise<void> {
  for (const contender of contenders) await contender.secondsToBuild();
  for (const [what, change] of Object.entries(CHANGES)) {
    const seconds = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        await change(contender.context);
        seconds.get(contender)?.push(await contender.secondsToBuild());
      }
    }
    const [ours = [], theirs = []] = seconds.values();
    row(`rebuild after changing ${what}`, ours, theirs, 's');
  }
}

async function measureSizes(): Promise<LayerSize[]> {
  const ours = await measureImage(engine, staged.tag);
  const theirs = await measureImage(engine, single.tag);
  for (const [what, unit] of [
    ['size', 'bytes'],
    ['size compressed', 'compressedBytes'],
  ] as const) {
    row(what, [total(ours, unit)], [total(theirs, unit)], 'MB');
  }
  return ours;
}

async function measureStarts(): Promise<void> {
  const starts: [number[], number[]] = [[], []];
  const runnables: RunnableImage[] = [];
  for (const { tag } of contenders) {
    const { runnable, release } = await engine.makeRunnable(tag);
    leftovers.push(release);
    runnables.push(runnable);
  }
  for (let round = 0; round < rounds; round++) {
    for (const [index, runnable] of runnables.entries()) {
      starts[index]?.push(await secondsToReady(runnable));
    }
  }
  row('cold start to ready', ...starts, 's');
}

function printLayers(sizes: readonly LayerSize[]): void {
  console.log('\n| layer, from the base up | MB | MB compressed |\n| --- | --- | --- |');
  for (const [index, { bytes, compressedBytes }] of sizes.entries()) {
    const what = { 3: 'packages', 2: 'model', 1: 'code' }[sizes.length - index] ?? 'base';
    console.log(
      `| ${what} | ${(bytes / 1e6).toFixed(1)} | ${(compressedBytes / 1e6).toFixed(1)} |`,
    );
  }
}

console.log(
  `Built with ${engine.name}; ${rounds} rounds, alternating; median (lowest to highest).\n`,
);
console.log('| | in stages | single stage | ratio |');
console.log('| --- | --- | --- | --- |');
try {
  await measureRebuilds();
  const sizes = await measureSizes();
  await measureStarts();
  printLayers(sizes);
} finally {
  await cleanUp();
}
