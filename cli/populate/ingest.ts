import type { AdminClient } from '../clients/admin-client.ts';
import { sendDivided } from '../clients/send-divided.ts';
import type { Refusal } from '../kit/refusal.ts';
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

  /** True before a tweet was stored, refused or left out. */
  get isEmpty(): boolean {
    return this.stored + this.leftOut + this.#refused.size === 0;
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

/**
 * Has a batch scored and stored, and counts what became of its tweets.
 *
 * @param onRefused called with the position of each tweet that is not stored
 * @throws CliError when the service refuses the batch for another reason than what is in it
 */
export async function ingest(
  { tweets, includes, places = [] }: Pick<Batch, 'tweets' | 'includes' | 'places'>,
  service: AdminClient,
  tally: Tally,
  onRefused: (place: string, refusal: Refusal) => void,
): Promise<void> {
  await sendDivided(
    tweets.map((tweet, index) => ({ tweet, place: places[index] })),
    {
      service,
      path: '/v1/admin/tweets',
      bodyOf: (part) => ({ tweets: part.map(({ tweet }) => tweet), includes }),
    },
    ({ place }, { refusal, isOtherLanguage }) => {
      if (refusal) {
        tally.refuse(refusal.code);
        if (place !== undefined) onRefused(place, refusal);
        return;
      }
      tally.stored++;
      if (isOtherLanguage) tally.otherLanguages++;
    },
  );
}
