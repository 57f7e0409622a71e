import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { HttpAnswer } from './http-connection.ts';

/** Percentiles in ms. */
export interface Latency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface TallyResult {
  readonly sent: number;
  /** Answered with 200. */
  readonly succeeded: number;
  /** Refused as the documentation says: 503 overloaded. */
  readonly overloaded: number;
  /** Neither of these: a description of each kind with its count. */
  readonly failures: Readonly<Record<string, number>>;
  /** Sent and never answered within the bound. */
  readonly lost: number;
  /** From the intended send time, of the answers with 200. */
  readonly latency: Latency;
  /** From the intended send time, of the refusals. */
  readonly refusalLatency: Latency;
  /** Refusals by the server's own clock. */
  readonly refusalProcessTime: Latency;
}

const MICROSECONDS_MAX = 600_000_000;

/** Counts outcomes of requests; three significant digits, as HdrHistogram keeps them. */
export class Tally {
  readonly #latency = histogram();
  readonly #refusalLatency = histogram();
  readonly #refusalProcessTime = histogram();
  readonly #failures: Record<string, number> = {};
  #sent = 0;
  #answered = 0;
  #succeeded = 0;
  #overloaded = 0;

  get succeeded(): number {
    return this.#succeeded;
  }

  get outstanding(): number {
    return this.#sent - this.#answered;
  }

  countSent(): void {
    this.#sent++;
  }

  record(outcome: HttpAnswer | Error, latencyMs: number): void {
    this.#answered++;
    if (outcome instanceof Error) this.#fail(outcome.message);
    else if (outcome.status === 200) {
      this.#succeeded++;
      record(this.#latency, latencyMs);
    } else if (outcome.status === 503 && codeOf(outcome) === 'overloaded') {
      this.#overloaded++;
      record(this.#refusalLatency, latencyMs);
      if (!Number.isNaN(outcome.processTimeMs)) {
        record(this.#refusalProcessTime, outcome.processTimeMs);
      }
    } else this.#fail(`${outcome.status} ${codeOf(outcome)}`);
  }

  result(): TallyResult {
    return {
      sent: this.#sent,
      succeeded: this.#succeeded,
      overloaded: this.#overloaded,
      failures: { ...this.#failures },
      lost: this.outstanding,
      latency: percentiles(this.#latency),
      refusalLatency: percentiles(this.#refusalLatency),
      refusalProcessTime: percentiles(this.#refusalProcessTime),
    };
  }

  #fail(kind: string): void {
    this.#failures[kind] = (this.#failures[kind] ?? 0) + 1;
  }
}

function histogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: MICROSECONDS_MAX, figures: 3 });
}

function record(into: RecordableHistogram, ms: number): void {
  into.record(Math.min(MICROSECONDS_MAX, Math.max(1, Math.round(ms * 1000))));
}

function percentiles(of: RecordableHistogram): Latency {
  const at = (percentile: number) =>
    of.count === 0 ? Number.NaN : of.percentile(percentile) / 1000;
  return {
    count: of.count,
    p50Ms: at(50),
    p90Ms: at(90),
    p99Ms: at(99),
    maxMs: of.count === 0 ? Number.NaN : of.max / 1000,
  };
}

function codeOf({ body }: HttpAnswer): string {
  try {
    const problem: unknown = JSON.parse(body.toString());
    if (typeof problem === 'object' && problem !== null && 'code' in problem) {
      return String(problem.code);
    }
  } catch {
    // Described below.
  }
  return 'without a code';
}
