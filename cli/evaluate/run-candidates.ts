import { quantile } from '../kit/statistics.ts';
import type { Answer } from './candidate.ts';

/** Enough texts in the queue for batches of similar length. */
const TEXTS_PER_TURN = 512;

/** Texts whose time is taken one by one. */
const TIMED_TEXTS = 300;

/** Source of answers to texts; see `Candidate`. */
export interface Answering {
  answer(texts: readonly string[]): Promise<(Answer | null)[]>;
}

export interface Run {
  /** By text; null where preprocessing leaves nothing to score. */
  readonly answers: readonly (Answer | null)[];
  /** With as many texts at once as the queue takes, on all vCPUs. */
  readonly predictionsPerSecond: number;
  /** Of one text at a time, tokenization included. */
  readonly latencyMs: { readonly p50: number; readonly p95: number };
}

/**
 * Has every candidate answer all texts, then some one by one. Candidates take turns, and the
 * order is reversed with each turn: a machine that grows slower or busier does so for all.
 *
 * @param onAnswers called with the number of answers that a candidate has just given
 * @param now a monotonic clock in milliseconds
 */
export async function runCandidates(
  candidates: readonly Answering[],
  texts: readonly string[],
  onAnswers: (count: number) => void = () => {},
  now: () => number = () => performance.now(),
): Promise<Run[]> {
  const runs = candidates.map((candidate) => ({
    candidate,
    answers: [] as (Answer | null)[],
    elapsedMs: 0,
    latencies: [] as number[],
  }));
  const inTurn = (turn: number) => (turn % 2 === 0 ? runs : runs.toReversed());
  const take = async (run: (typeof runs)[number], some: readonly string[]) => {
    const startedMs = now();
    const answers = await run.candidate.answer(some);
    return { answers, ms: now() - startedMs };
  };

  for (const { candidate } of runs) await candidate.answer(texts.slice(0, TEXTS_PER_TURN / 8));
  for (let at = 0, turn = 0; at < texts.length; at += TEXTS_PER_TURN, turn++) {
    for (const run of inTurn(turn)) {
      const { answers, ms } = await take(run, texts.slice(at, at + TEXTS_PER_TURN));
      run.answers.push(...answers);
      run.elapsedMs += ms;
      onAnswers(answers.length);
    }
  }
  for (const [turn, text] of spread(texts, TIMED_TEXTS).entries()) {
    for (const run of inTurn(turn)) run.latencies.push((await take(run, [text])).ms);
  }
  return runs.map(({ answers, elapsedMs, latencies }) => ({
    answers,
    predictionsPerSecond: (texts.length / elapsedMs) * 1_000,
    latencyMs: { p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95) },
  }));
}

/** At most `most` of the items, at equal distances. */
function spread<T>(items: readonly T[], most: number): T[] {
  const step = Math.max(1, items.length / most);
  return items.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}
