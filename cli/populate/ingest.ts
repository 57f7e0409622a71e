import { type AdminClient, ServiceRefusal } from '../clients/admin-client.ts';
import { CliError } from '../kit/errors.ts';
import type { Batch } from './supply.ts';

/** Outcomes of the tweets that were sent. */
export class Tally {
  stored = 0;
  readonly #refused = new Map<string, number>();

  refuse(code: string): void {
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1);
  }

  /** `480 stored, 20 not (empty_text 15, tweet_withheld 5)`. */
  toString(): string {
    const refused = [...this.#refused.values()].reduce((sum, each) => sum + each, 0);
    if (refused === 0) return `${this.stored} stored`;
    const reasons = [...this.#refused].map(([code, count]) => `${code} ${count}`).join(', ');
    return `${this.stored} stored, ${refused} not (${reasons})`;
  }
}

/**
 * Has a batch scored and stored, in smaller parts when the service finds it too large.
 *
 * @throws CliError when the service refuses it
 */
export async function ingest(
  { tweets, includes }: Pick<Batch, 'tweets' | 'includes'>,
  service: AdminClient,
  tally: Tally,
): Promise<void> {
  let answer: unknown;
  try {
    answer = await service.call('POST', '/v1/admin/tweets', { tweets, includes });
  } catch (error) {
    if (!(error instanceof ServiceRefusal) || error.status !== 413) throw error;
    if (tweets.length === 1) {
      tally.refuse('body_too_large');
      return;
    }
    const middle = Math.ceil(tweets.length / 2);
    for (const part of [tweets.slice(0, middle), tweets.slice(middle)]) {
      await ingest({ tweets: part, ...(includes && { includes }) }, service, tally);
    }
    return;
  }
  for (const code of codesOf(answer, tweets.length)) {
    if (code === null) tally.stored++;
    else tally.refuse(code);
  }
}

/** Problem code of each tweet; null for a stored one. */
function codesOf(answer: unknown, length: number): (string | null)[] {
  const results: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'results') : undefined;
  if (!Array.isArray(results) || results.length !== length) {
    throw new CliError('The service did not answer with one result per tweet.');
  }
  return results.map((result) => (result.status === 'ok' ? null : String(result.problem?.code)));
}
