import { readFileSync } from 'node:fs';
import { OverloadedError } from '../../../../service/errors.ts';
import { Admission } from '../../../../service/inference/admission.ts';
import { DrainRate, textCost } from '../../../../service/inference/drain-rate.ts';
import { type Batch, Scheduler } from '../../../../service/inference/scheduler.ts';

const WORKERS = 2;
const TOKEN_BUDGET = 256;
const MAX_TOKENS = 256;

/** What a model costs on one thread, in ms. */
export interface ModelCosts {
  readonly batchMs: number;
  readonly textMs: number;
  /** Of a padded token. */
  readonly tokenMs: number;
}

/** As measured with AVX-512 VNNI. */
export const ROBERTA_BASE: ModelCosts = { batchMs: 3, textMs: 2, tokenMs: 0.37 };
export const MINILM: ModelCosts = { batchMs: 0.3, textMs: 0.3, tokenMs: 0.076 };

export interface Load {
  readonly requestsPerSecond: number;
  readonly durationMs: number;
  readonly deadlineMs: number;
  readonly costs: ModelCosts;
  /** A batch takes up to this share more or less than its costs say. */
  readonly noise?: number;
  /** How many times slower the machine is at a moment. */
  readonly slowness?: (nowMs: number) => number;
  readonly seed?: number;
}

export interface Outcome {
  /** Texts answered in time. */
  answered: number;
  refused: number;
  /** Admitted, and not answered by the deadline. */
  late: number;
  realTokens: number;
  paddedTokens: number;
  /** From arrival to a worker. */
  readonly waitsMs: number[];
  /** From arrival to the answer. */
  readonly latenciesMs: number[];
}

interface Running {
  readonly batch: Batch<number>;
  readonly startedMs: number;
  readonly endsMs: number;
}

/** A reproducible stream of numbers from 0 to 1 (mulberry32). */
function randomStream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many tweets have 0, 1, 2 ... tokens. */
const LENGTHS: { readonly texts: readonly number[] } = JSON.parse(
  readFileSync(new URL('../../../../bench/tweet-lengths.json', import.meta.url), 'utf8'),
);
const TWEETS = LENGTHS.texts.reduce((sum, count) => sum + count, 0);

function tweetLength(random: () => number): number {
  let rest = random() * TWEETS;
  return LENGTHS.texts.findIndex((count) => {
    rest -= count;
    return rest < 0;
  });
}

/** Two workers on a virtual clock against Poisson arrivals of tweets. */
class EngineSimulation {
  readonly #load: Load;
  readonly #random: () => number;
  readonly #drainRate = new DrainRate();
  readonly #scheduler = new Scheduler<number>({
    workers: WORKERS,
    tokenBudget: TOKEN_BUDGET,
    maxTokens: MAX_TOKENS,
    maxPassOverMs: 50,
  });
  readonly #admission: Admission;
  readonly #workers: (Running | null)[] = new Array<null>(WORKERS).fill(null);
  readonly outcome: Outcome = {
    answered: 0,
    refused: 0,
    late: 0,
    realTokens: 0,
    paddedTokens: 0,
    waitsMs: [],
    latenciesMs: [],
  };
  #serial = 0;
  #runningCost = 0;

  constructor(load: Load) {
    this.#load = load;
    this.#random = randomStream(load.seed ?? 7);
    this.#admission = new Admission({
      workers: WORKERS,
      maxTexts: 20_000,
      drainRate: this.#drainRate,
      backlog: () => ({
        cost: this.#scheduler.queuedCost + this.#runningCost,
        texts: this.#scheduler.waiters,
      }),
    });
  }

  run(): void {
    let arrivalMs = 0;
    for (;;) {
      const ends = this.#workers.map((running) => running?.endsMs ?? Number.POSITIVE_INFINITY);
      const endMs = Math.min(...ends);
      const nextArrivalMs = arrivalMs < this.#load.durationMs ? arrivalMs : Infinity;
      const nowMs = Math.min(endMs, nextArrivalMs);
      if (nowMs === Number.POSITIVE_INFINITY) return;
      if (endMs <= nextArrivalMs) this.#finish(ends.indexOf(endMs), nowMs);
      else {
        this.#arrive(nowMs);
        arrivalMs += (-Math.log(1 - this.#random()) * 1000) / this.#load.requestsPerSecond;
      }
      this.#dispatch(nowMs);
    }
  }

  #arrive(nowMs: number): void {
    const length = tweetLength(this.#random);
    const deadlineAtMs = nowMs + this.#load.deadlineMs;
    try {
      this.#admission.check(1, textCost(length), { atMs: deadlineAtMs }, nowMs);
    } catch (error) {
      if (!(error instanceof OverloadedError)) throw error;
      this.outcome.refused++;
      return;
    }
    const ids = Array.from({ length }, (_, i) => (i === 0 ? this.#serial++ : i));
    this.#scheduler.add(ids, { caller: nowMs, deadlineAtMs }, nowMs);
  }

  #dispatch(nowMs: number): void {
    for (const [worker, running] of this.#workers.entries()) {
      if (running !== null) continue;
      const { batch, expired } = this.#scheduler.take(nowMs);
      this.outcome.late += expired.flat().length;
      if (batch === null) return;
      const lengths = batch.entries.map(({ ids }) => ids.length);
      this.outcome.realTokens += lengths.reduce((sum, length) => sum + length, 0);
      this.outcome.paddedTokens += Math.max(...lengths) * lengths.length;
      for (const { enqueuedAtMs } of batch.entries) {
        this.outcome.waitsMs.push(nowMs - enqueuedAtMs);
      }
      this.#runningCost += costOf(batch);
      const endsMs = nowMs + this.#batchMs(batch, nowMs);
      this.#workers[worker] = { batch, startedMs: nowMs, endsMs };
    }
  }

  #finish(worker: number, nowMs: number): void {
    const running = this.#workers[worker];
    if (running === null || running === undefined) return;
    const { batch, startedMs } = running;
    this.#workers[worker] = null;
    this.#runningCost -= costOf(batch);
    const texts = batch.entries.length;
    this.#drainRate.learn({ texts, units: costOf(batch), ms: nowMs - startedMs }, nowMs);
    for (const { caller: arrivedAtMs, deadlineAtMs } of this.#scheduler.finish(batch).flat()) {
      if (nowMs > deadlineAtMs) this.outcome.late++;
      else this.outcome.answered++;
      this.outcome.latenciesMs.push(nowMs - arrivedAtMs);
    }
  }

  #batchMs({ entries }: Batch<number>, nowMs: number): number {
    const { costs, noise = 0, slowness = () => 1 } = this.#load;
    const longest = Math.max(...entries.map(({ ids }) => ids.length));
    const ms = costs.batchMs + entries.length * (costs.textMs + costs.tokenMs * longest);
    return ms * (1 + noise * (2 * this.#random() - 1)) * slowness(nowMs);
  }
}

function costOf(batch: Batch<number>): number {
  return batch.entries.reduce((sum, { ids }) => sum + textCost(ids.length), 0);
}

export function simulate(load: Load): Outcome {
  const simulation = new EngineSimulation(load);
  simulation.run();
  return simulation.outcome;
}
