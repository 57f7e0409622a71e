import { readFileSync } from 'node:fs';
import { seededRandom } from '../../../../script/lib/seeded-random.ts';
import { OverloadedError } from '../../../../service/domain/errors.ts';
import { Admission } from '../../../../service/inference/scheduling/admission.ts';
import { DrainRate, textCost } from '../../../../service/inference/scheduling/drain-rate.ts';
import type { Batch } from '../../../../service/inference/scheduling/entry.ts';
import type { BatchLengths } from '../../../../service/inference/scheduling/length-buckets.ts';
import { Scheduler } from '../../../../service/inference/scheduling/scheduler.ts';

const WORKERS = 2;
const TOKEN_BUDGET = 256;
const MAX_TOKENS = 256;

/** Cost of a model on one thread, in ms. */
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
  /** Requests of many texts beside those of one, the first at once. */
  readonly bulk?: { readonly everyMs: number; readonly texts: number; readonly deadlineMs: number };
  /** A batch takes up to this share more or less than its costs say. */
  readonly noise?: number;
  /** Slowdown factor of the machine at a moment. */
  readonly slowness?: (nowMs: number) => number;
  readonly batchLengths?: BatchLengths;
  readonly seed?: number;
}

/** Requests of many texts. */
export interface BulkOutcome {
  answered: number;
  refused: number;
  late: number;
}

export interface Outcome {
  /** Requests of one text, answered in time. */
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
  readonly bulk: BulkOutcome;
}

interface Request {
  readonly arrivedAtMs: number;
  readonly isBulk: boolean;
  /** Texts not answered yet. */
  missing: number;
  isLate: boolean;
}

interface Running {
  readonly batch: Batch<Request>;
  readonly startedMs: number;
  readonly endsMs: number;
}

/** Numbers of tweets with 0, 1, 2 ... tokens. */
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
  readonly #scheduler: Scheduler<Request>;
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
    bulk: { answered: 0, refused: 0, late: 0 },
  };
  #serial = 0;

  constructor(load: Load) {
    this.#load = load;
    this.#random = seededRandom(load.seed ?? 7);
    this.#scheduler = new Scheduler({
      workers: WORKERS,
      tokenBudget: TOKEN_BUDGET,
      maxTokens: MAX_TOKENS,
      batchLengths: load.batchLengths ?? 'similar',
      maxPassOverMs: 50,
    });
    this.#admission = new Admission({
      workers: WORKERS,
      maxTexts: 20_000,
      drainRate: this.#drainRate,
      accepted: this.#scheduler,
    });
  }

  run(): void {
    const { durationMs, requestsPerSecond, bulk } = this.#load;
    const until = (ms: number) => (ms < durationMs ? ms : Number.POSITIVE_INFINITY);
    let singleMs = 0;
    let bulkMs = bulk === undefined ? Number.POSITIVE_INFINITY : 0;
    for (;;) {
      const ends = this.#workers.map((running) => running?.endsMs ?? Number.POSITIVE_INFINITY);
      const endMs = Math.min(...ends);
      const nowMs = Math.min(endMs, until(singleMs), until(bulkMs));
      if (nowMs === Number.POSITIVE_INFINITY) return;
      if (nowMs === endMs) this.#finish(ends.indexOf(endMs), nowMs);
      else if (nowMs === bulkMs && bulk !== undefined) {
        this.#arrive(nowMs, bulk.texts, bulk.deadlineMs, true);
        bulkMs += bulk.everyMs;
      } else {
        this.#arrive(nowMs, 1, this.#load.deadlineMs, false);
        singleMs += (-Math.log(1 - this.#random()) * 1000) / requestsPerSecond;
      }
      this.#dispatch(nowMs);
    }
  }

  #arrive(nowMs: number, texts: number, deadlineMs: number, isBulk: boolean): void {
    const lengths = Array.from({ length: texts }, () => tweetLength(this.#random));
    const cost = lengths.reduce((sum, length) => sum + textCost(length), 0);
    const deadlineAtMs = nowMs + deadlineMs;
    const outcome = isBulk ? this.outcome.bulk : this.outcome;
    try {
      this.#admission.check(texts, cost, deadlineAtMs, nowMs);
    } catch (error) {
      if (!(error instanceof OverloadedError)) throw error;
      outcome.refused++;
      return;
    }
    const request = { arrivedAtMs: nowMs, isBulk, missing: texts, isLate: false };
    for (const length of lengths) {
      const ids = Array.from({ length }, (_, i) => (i === 0 ? this.#serial++ : i));
      this.#scheduler.join(ids, { caller: request, deadlineAtMs }, nowMs);
    }
  }

  #dispatch(nowMs: number): void {
    for (const [worker, running] of this.#workers.entries()) {
      if (running !== null) continue;
      const { batch, expired } = this.#scheduler.take(nowMs);
      for (const { caller } of expired.flat()) this.#settle(caller, nowMs, true);
      if (batch === null) return;
      const lengths = batch.entries.map(({ ids }) => ids.length);
      this.outcome.realTokens += lengths.reduce((sum, length) => sum + length, 0);
      this.outcome.paddedTokens += Math.max(...lengths) * lengths.length;
      for (const { enqueuedAtMs } of batch.entries) {
        this.outcome.waitsMs.push(nowMs - enqueuedAtMs);
      }
      const endsMs = nowMs + this.#batchMs(batch, nowMs);
      this.#workers[worker] = { batch, startedMs: nowMs, endsMs };
    }
  }

  #finish(worker: number, nowMs: number): void {
    const running = this.#workers[worker];
    if (running === null || running === undefined) return;
    const { batch, startedMs } = running;
    this.#workers[worker] = null;
    const texts = batch.entries.length;
    this.#drainRate.learn({ texts, units: batch.cost, ms: nowMs - startedMs }, nowMs);
    for (const { caller, deadlineAtMs } of this.#scheduler.finish(batch).flat()) {
      this.#settle(caller, nowMs, nowMs > deadlineAtMs);
    }
  }

  /** Notes the outcome of one text of a request. */
  #settle(request: Request, nowMs: number, isLate: boolean): void {
    request.isLate ||= isLate;
    request.missing--;
    if (request.missing > 0) return;
    const outcome = request.isBulk ? this.outcome.bulk : this.outcome;
    if (request.isLate) outcome.late++;
    else outcome.answered++;
    if (!request.isBulk) this.outcome.latenciesMs.push(nowMs - request.arrivedAtMs);
  }

  #batchMs({ entries }: Batch<Request>, nowMs: number): number {
    const { costs, noise = 0, slowness = () => 1 } = this.#load;
    const longest = Math.max(...entries.map(({ ids }) => ids.length));
    const ms = costs.batchMs + entries.length * (costs.textMs + costs.tokenMs * longest);
    return ms * (1 + noise * (2 * this.#random() - 1)) * slowness(nowMs);
  }
}

export function simulate(load: Load): Outcome {
  const simulation = new EngineSimulation(load);
  const { stackTraceLimit } = Error;
  // Under overload most of the time would go to the stack traces of refused requests.
  Error.stackTraceLimit = 0;
  try {
    simulation.run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return simulation.outcome;
}
