import type { SentimentModel } from '../../service/domain/ports/sentiment-model.ts';
import { type RequestContext, StageTimings } from '../../service/domain/request-context.ts';
import type { Label } from '../../service/domain/sentiment.ts';

const TEXTS_PER_CALL = 128;
/** Enough texts in the queue to form batches of similar length. */
const CALLS_AT_ONCE = 8;
const CALL_TIMEOUT_MS = 600_000;

export interface ScoredDataset {
  /** Null where preprocessing leaves nothing to score. */
  readonly labels: readonly (Label | null)[];
  readonly predictionsPerSecond: number;
}

/** Predicts the label of every text: same length, same order. */
export async function scoreDataset(
  model: SentimentModel,
  texts: readonly string[],
): Promise<ScoredDataset> {
  const labels: (Label | null)[] = [];
  const startedMs = performance.now();
  let next = 0;
  const scoreNext = async (): Promise<void> => {
    while (next < texts.length) {
      const start = next;
      next += TEXTS_PER_CALL;
      const predictions = await model.predict(
        texts.slice(start, start + TEXTS_PER_CALL),
        newContext(),
      );
      for (const [index, prediction] of predictions.entries()) {
        labels[start + index] = prediction?.label ?? null;
      }
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, scoreNext));
  const seconds = (performance.now() - startedMs) / 1000;
  return { labels, predictionsPerSecond: texts.length / seconds };
}

function newContext(): RequestContext {
  return {
    deadline: { atMs: performance.now() + CALL_TIMEOUT_MS },
    signal: new AbortController().signal,
    timings: new StageTimings(),
  };
}
