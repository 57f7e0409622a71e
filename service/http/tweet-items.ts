/** Answers for tweets, shared by the routes that score and ingest them. */

import { failed } from '../application/failed-outcome.ts';
import type { SentimentModel } from '../application/ports/sentiment-model.ts';
import type { ScoredTweet, TweetOutcome } from '../application/tweet-outcome.ts';
import { ServiceError } from '../domain/errors.ts';
import { marginOf } from '../domain/sentiment.ts';
import { problemOf } from './problem.ts';

/** The properties of a scored tweet. */
export function tweetSentiment(
  { row, text, featureStore, tokens }: ScoredTweet,
  { certainMargin }: SentimentModel,
) {
  return {
    tweetId: row.tweetId,
    sentimentAnalyst: row.label,
    ...(text !== null && { textInput: text }),
    scores: row.scores,
    certain: marginOf(row.scores) >= certainMargin,
    truncated: row.truncated,
    ...(tokens !== null && { tokens }),
    language: row.language,
    languageSupported: row.languageSupported,
    model: row.model,
    featureStore,
    author: { id: row.authorId, username: row.authorUsername },
    tweetCreatedAt: new Date(row.eventTimestampMs).toISOString(),
    scoredAt: new Date(row.createdTimestampMs).toISOString(),
  };
}

/** An item of a batch: a scored tweet or a problem document. */
export function itemOf(outcome: TweetOutcome, model: SentimentModel, requestId: string) {
  return outcome.status === 'ok'
    ? { status: 'ok' as const, ...tweetSentiment(outcome, model) }
    : { status: 'error' as const, problem: problemOf(outcome.error, requestId) };
}

/**
 * Fails a call in which every tweet failed for the same temporary cause, such as an overload: its
 * status and Retry-After tell the client to send it again.
 *
 * @throws ServiceError
 */
export function failIfAllFailed(outcomes: readonly TweetOutcome[]): void {
  const [first] = outcomes;
  if (first?.status !== 'error' || !first.error.retryable) return;
  const { error } = first;
  if (outcomes.every((each) => each.status === 'error' && each.error.code === error.code)) {
    throw error;
  }
}

/**
 * Parses each item and passes the valid ones to `process` in one call. Returns outcomes in the
 * length and order of the items: the ServiceError of a parser is the outcome of its item.
 */
export async function outcomesOf<Item, Parsed>(
  items: readonly Item[],
  parse: (item: Item) => Parsed,
  process: (parsed: readonly Parsed[]) => Promise<readonly TweetOutcome[]>,
): Promise<TweetOutcome[]> {
  const valid: Parsed[] = [];
  const places = items.map((item): TweetOutcome | number => {
    try {
      return valid.push(parse(item)) - 1;
    } catch (error) {
      if (error instanceof ServiceError) return failed(error);
      throw error;
    }
  });
  const processed = valid.length > 0 ? await process(valid) : [];
  return places.map((place) => {
    const outcome = typeof place === 'number' ? processed[place] : place;
    if (!outcome) throw new Error('the use case returned fewer outcomes than tweets');
    return outcome;
  });
}
