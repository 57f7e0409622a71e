import type { FastifyReply } from 'fastify';
import type { ScoredTweet, TweetOutcome } from '../application/tweet-outcome.ts';
import type { FeatureRow } from '../domain/feature-row.ts';

export interface HitAnswersOptions {
  /** Serializes a stored tweet by the schema of its answer. */
  readonly serialize: (tweet: ScoredTweet, reply: FastifyReply) => string;
  /** Bound for the kept answers; 16 MiB by default. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 16 * 2 ** 20;

/** An entry of the map, with its string's header. */
const ENTRY_BYTES = 100;

/**
 * Serialized answers of stored tweets, kept beside their rows. An answer depends on nothing but the
 * row and the configuration, and a row never changes: a tweet that is scored again has another row,
 * and one that is purged or expired has none. The answer is released with the row. When the bound
 * is reached, all answers are released; each is kept again when it is next requested.
 */
export class HitAnswers {
  readonly #serialize: HitAnswersOptions['serialize'];
  readonly #maxBytes: number;
  #answers = new WeakMap<FeatureRow, string>();
  /** Bytes of answers that were put into the map, also of those whose rows are gone. */
  #bytes = 0;

  constructor({ serialize, maxBytes = MAX_BYTES }: HitAnswersOptions) {
    this.#serialize = serialize;
    this.#maxBytes = maxBytes;
  }

  /** The JSON of a tweet that the feature store held; undefined for every other outcome. */
  jsonOf(outcome: TweetOutcome, reply: FastifyReply): string | undefined {
    if (outcome.status !== 'ok' || outcome.featureStore !== 'hit') return undefined;
    return this.#answers.get(outcome.row) ?? this.#keep(outcome, reply);
  }

  #keep(tweet: ScoredTweet, reply: FastifyReply): string {
    const json = this.#serialize(tweet, reply);
    const bytes = ENTRY_BYTES + 2 * json.length;
    if (bytes > this.#maxBytes) return json;
    if (this.#bytes + bytes > this.#maxBytes) {
      this.#answers = new WeakMap();
      this.#bytes = 0;
    }
    this.#answers.set(tweet.row, json);
    this.#bytes += bytes;
    return json;
  }
}

/** Sends JSON as it is. */
export function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(json);
}
