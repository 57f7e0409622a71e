import { isId, isRevision, isUsername } from '../contract/forms.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import { isLanguage } from '../domain/language.ts';
import { hasFiniteScores } from '../domain/sentiment.ts';
import { normalizeTopic } from '../domain/topics.ts';
import { isTweetId } from '../domain/tweet-url.ts';

/** Latest time that answers can hold: RFC 3339 ends with the year 9999. */
export const MAX_TIMESTAMP_MS = 253_402_300_799_999;

/**
 * The reason why no store takes a row; null for a sound one. Both adapters reject the same rows,
 * each alone: a batch is never lost for one of its rows.
 */
export function rowFault(row: FeatureRow): string | null {
  const { tweetId, authorId, authorUsername, topics, model, preprocessingVersion } = row;
  if (!isTweetId(tweetId)) return `the tweet id is "${tweetId}"`;
  if (authorId !== null && !isId(authorId)) {
    return `the author id is "${authorId}"`;
  }
  if (authorUsername !== null && !isUsername(authorUsername)) {
    return 'the username is not 1 to 50 letters, digits and underscores';
  }
  if (!topics.every((topic) => normalizeTopic(topic) === topic)) {
    return 'a topic is not in its normal form';
  }
  for (const [name, ms] of [
    ['creation', row.eventTimestampMs],
    ['scoring', row.createdTimestampMs],
  ] as const) {
    if (!Number.isInteger(ms) || ms < 0 || ms > MAX_TIMESTAMP_MS) {
      return `the time of its ${name} is ${ms} ms, outside of 1970-01-01 to 9999-12-31`;
    }
  }
  if (!isRevision(model.revision)) return `the model revision is "${model.revision}"`;
  if (!Number.isSafeInteger(preprocessingVersion) || preprocessingVersion < 0) {
    return `the preprocessing version is ${preprocessingVersion}`;
  }
  if (row.language !== null && !isLanguage(row.language)) {
    return `the language is "${row.language}"`;
  }
  return hasFiniteScores(row) ? null : 'a score is not a number';
}
