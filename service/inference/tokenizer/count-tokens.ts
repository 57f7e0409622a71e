import { type RequestContext, remainingMs } from '../../application/request-context.ts';
import { AbandonedError, DeadlineExceededError } from '../../domain/errors.ts';
import type { EncodeTextsOptions } from './tokenizer.ts';

export interface CountTokensOptions extends Omit<EncodeTextsOptions, 'signal'> {
  readonly context: Pick<RequestContext, 'signal' | 'deadline'>;
}

/**
 * Numbers of tokens of whole texts, in order; yields to other work in between.
 *
 * @throws AbandonedError, DeadlineExceededError before the next text
 */
export async function countTokens(
  texts: readonly string[],
  { normalize, tokenizer, turns, context }: CountTokensOptions,
): Promise<number[]> {
  const counts: number[] = [];
  for (const text of texts) {
    if (!turns.hasTime()) await turns.next();
    if (context.signal.aborted) throw new AbandonedError();
    if (remainingMs(context.deadline) === 0) throw new DeadlineExceededError();
    counts.push(await tokenizer.count(normalize(text)));
  }
  return counts;
}
