import type { TweetOutcome } from '../../../application/score-tweets.ts';
import { ServiceError } from '../../../domain/errors.ts';
import { problemOf } from '../../plugins/error-handler.ts';
import type { TweetSentiment } from './schemas.ts';

type Scored = Extract<TweetOutcome, { status: 'ok' }>;

/** A scored tweet as it is shown. */
export function tweetSentiment({ row, text, featureStore }: Scored): TweetSentiment {
  return {
    tweetId: row.tweetId,
    sentimentAnalyst: row.label,
    ...(text !== null && { textInput: text }),
    scores: row.scores,
    truncated: row.truncated,
    model: row.model,
    featureStore,
    author: { id: row.authorId, username: row.authorUsername },
    tweetCreatedAt: new Date(row.eventTimestampMs).toISOString(),
    scoredAt: new Date(row.createdTimestampMs).toISOString(),
  };
}

/** One item of a batch as it is shown: a result, or the problem it met. */
export function itemOf(outcome: TweetOutcome, requestId: string) {
  return outcome.status === 'ok'
    ? { status: 'ok' as const, ...tweetSentiment(outcome) }
    : { status: 'error' as const, problem: problemOf(outcome.error, requestId) };
}

/**
 * Runs a step over each item and hands those that pass to `process` at once. Answers same
 * length, same order: an item that a ServiceError refused has that error as its outcome.
 */
export async function outcomesOf<Item, Passed>(
  items: readonly Item[],
  step: (item: Item) => Passed,
  process: (passed: readonly Passed[]) => Promise<readonly TweetOutcome[]>,
): Promise<TweetOutcome[]> {
  const passed: Passed[] = [];
  const places = items.map((item): TweetOutcome | number => {
    try {
      return passed.push(step(item)) - 1;
    } catch (error) {
      if (error instanceof ServiceError) return { status: 'error', error };
      throw error;
    }
  });
  const processed = passed.length > 0 ? await process(passed) : [];
  return places.map((place) => {
    const outcome = typeof place === 'number' ? processed[place] : place;
    if (!outcome) throw new Error('The use case answered fewer tweets than it was given.');
    return outcome;
  });
}
