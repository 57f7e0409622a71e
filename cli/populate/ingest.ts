import { type AdminClient, ServiceRefusal } from '../clients/admin-client.ts';
import { CliError } from '../kit/errors.ts';
import { type Refusal, refusalIn } from '../kit/refusal.ts';
import { lackedAuthorIdsNote } from '../kit/tweet-author.ts';
import { unreadTimesNote } from '../kit/tweet-time.ts';
import type { Batch } from './supply.ts';

/** Outcomes of the tweets that were sent. */
export class Tally {
  stored = 0;
  /** Stored tweets in languages that the model does not read. */
  otherLanguages = 0;
  /** Sent tweets whose id tells their time, because the time that they had was not read. */
  unreadTimes = 0;
  /** Sent tweets with a name of their author but no id, which no user counts. */
  lackedAuthorIds = 0;
  /** Tweets that were not sent for their language. */
  leftOut = 0;
  readonly #refused = new Map<string, number>();

  refuse(code: string): void {
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1);
  }

  /** `480 stored, 100 of them in languages that the model does not read, 20 not (empty_text 20)`. */
  toString(): string {
    const others = this.otherLanguages;
    const stored = `${this.stored} stored${others === 0 ? '' : `, ${others} of them in languages that the model does not read`}`;
    const suffix =
      unreadTimesNote(this.unreadTimes) +
      lackedAuthorIdsNote(this.lackedAuthorIds) +
      (this.leftOut > 0 ? `, ${this.leftOut} in other languages left out` : '');
    const refused = [...this.#refused.values()].reduce((sum, each) => sum + each, 0);
    if (refused === 0) return `${stored}${suffix}`;
    const reasons = [...this.#refused].map(([code, count]) => `${code} ${count}`);
    return `${stored}, ${refused} not (${reasons.join(', ')})${suffix}`;
  }
}

/** Statuses by which the service refuses a batch for what is in it: too large, or invalid. */
const DIVIDED = new Set([400, 413]);

/**
 * Has a batch scored and stored, in smaller parts when the service refuses it for one of its
 * tweets or for its size. A tweet that is refused by itself is counted.
 *
 * @param onRefused called with the position of each tweet that is not stored
 * @throws CliError when the service refuses it for another reason
 */
export async function ingest(
  batch: Pick<Batch, 'tweets' | 'includes' | 'places'>,
  service: AdminClient,
  tally: Tally,
  onRefused: (place: string, refusal: Refusal) => void,
): Promise<void> {
  const { tweets, includes, places = [] } = batch;
  const refuse = (refusal: Refusal, index: number) => {
    tally.refuse(refusal.code);
    const place = places[index];
    if (place !== undefined) onRefused(place, refusal);
  };
  let answer: unknown;
  try {
    answer = await service.call('POST', '/v1/admin/tweets', { tweets, includes });
  } catch (error) {
    if (!(error instanceof ServiceRefusal) || !DIVIDED.has(error.status)) throw error;
    if (tweets.length === 1) {
      refuse(error.refusal, 0);
      return;
    }
    for (const part of halves(batch)) await ingest(part, service, tally, onRefused);
    return;
  }
  outcomesOf(answer, tweets.length).forEach(({ refusal, isOtherLanguage }, index) => {
    if (refusal !== null) {
      refuse(refusal, index);
      return;
    }
    tally.stored++;
    if (isOtherLanguage) tally.otherLanguages++;
  });
}

function halves({ tweets, includes, places = [] }: Pick<Batch, 'tweets' | 'includes' | 'places'>) {
  const middle = Math.ceil(tweets.length / 2);
  const part = (start: number, end?: number) => ({
    tweets: tweets.slice(start, end),
    places: places.slice(start, end),
    ...(includes && { includes }),
  });
  return [part(0, middle), part(middle)];
}

interface Outcome {
  /** Null for a stored tweet. */
  readonly refusal: Refusal | null;
  readonly isOtherLanguage: boolean;
}

function outcomesOf(answer: unknown, length: number): Outcome[] {
  const results: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'results') : undefined;
  if (!Array.isArray(results) || results.length !== length) {
    throw new CliError('The service did not answer with one result per tweet.');
  }
  return results.map(({ status, problem, languageSupported }) => ({
    refusal: status === 'ok' ? null : refusalIn(problem),
    isOtherLanguage: languageSupported === false,
  }));
}
