import { PhaseTimings } from '../application/request-context.ts';
import type { Clock } from './clock.ts';
import type { BatchEngine } from './scheduling/batch-engine.ts';
import { softmax } from './scores.ts';
import { type EncodeTextsOptions, encodeTexts } from './tokenizer/tokenizer.ts';

/** Ends a check that hangs; an emulated CPU takes a minute. Orchestrators bound the start. */
const CHECK_MS = 300_000;

interface Parts {
  readonly engine: BatchEngine;
  readonly encoding: Omit<EncodeTextsOptions, 'signal'>;
  readonly clock: Clock;
}

/** Probabilities of texts for the check at start, in the order of the model's logits. */
export async function probabilitiesOf(
  texts: readonly string[],
  { engine, encoding, clock }: Parts,
): Promise<number[][]> {
  const { signal } = new AbortController();
  const encodings = await encodeTexts(texts, { ...encoding, signal });
  const logits = await engine.score(
    encodings.map(({ ids }) => ids),
    { deadline: { atMs: clock.nowMs() + CHECK_MS }, signal, timings: new PhaseTimings() },
  );
  return logits.map(softmax);
}
