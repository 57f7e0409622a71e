import { EDITABLE_ROW_TTL_SECONDS, type FeatureRow } from '../domain/feature-row.ts';
import type { LanguageFinding } from '../domain/language.ts';
import type { ModelIdentity, Prediction } from '../domain/sentiment.ts';
import type { Tweet } from '../domain/tweet.ts';
import type { FeatureWrite } from './ports/feature-store.ts';

export interface RowSettings {
  readonly rowTtlSeconds: number;
  /** Keep the text in the row. */
  readonly storeText: boolean;
}

/** The row of a scored tweet, and its life in the store. */
export function featureWrite(
  tweet: Tweet,
  prediction: Prediction,
  { language, languageSupported }: LanguageFinding,
  identity: ModelIdentity,
  { rowTtlSeconds, storeText }: RowSettings,
): FeatureWrite {
  const row: FeatureRow = {
    tweetId: tweet.id,
    authorId: tweet.authorId,
    authorUsername: tweet.authorUsername,
    topics: tweet.topics,
    eventTimestampMs: tweet.createdAtMs,
    createdTimestampMs: Date.now(),
    model: { name: identity.name, revision: identity.revision },
    preprocessingVersion: identity.preprocessingVersion,
    label: prediction.label,
    scores: prediction.scores,
    truncated: prediction.truncated,
    language,
    languageSupported,
    text: storeText ? tweet.text : null,
  };
  const editable = (tweet.editableUntilMs ?? 0) > row.createdTimestampMs;
  return {
    row,
    ttlSeconds: editable ? Math.min(EDITABLE_ROW_TTL_SECONDS, rowTtlSeconds) : rowTtlSeconds,
  };
}
