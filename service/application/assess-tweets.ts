import { hasFiniteScores, type ModelIdentity, type Prediction } from '../domain/sentiment.ts';
import type { Tweet, TweetId } from '../domain/tweet.ts';
import { featureWrite, type RowSettings } from './feature-write.ts';
import type { LanguageCheck } from './language-check.ts';
import type { FeatureWrite } from './ports/feature-store.ts';
import { emptyText, modelFailed, type StoreOutcome, type TweetOutcome } from './tweet-outcome.ts';

export interface AssessmentSettings extends RowSettings {
  readonly languages: LanguageCheck;
  /** Show texts in answers. */
  readonly exposeText: boolean;
}

/** Outcomes by tweet, and the rows to store. */
export interface Assessment {
  readonly outcomes: Map<TweetId, TweetOutcome>;
  readonly writes: readonly FeatureWrite[];
}

/**
 * Turns predictions into outcomes and rows. Predictions have the order of the tweets. One with
 * scores that are not finite fails its tweet and never becomes a row: it would spoil aggregates.
 */
export async function assessTweets(
  tweets: readonly Tweet[],
  predictions: readonly (Prediction | null)[],
  identity: ModelIdentity,
  featureStore: Exclude<StoreOutcome, 'hit'>,
  settings: AssessmentSettings,
): Promise<Assessment> {
  const outcomes = new Map<TweetId, TweetOutcome>();
  const writes: FeatureWrite[] = [];
  const findings = await settings.languages.findAll(tweets);
  for (const [index, tweet] of tweets.entries()) {
    const [prediction, finding] = [predictions[index], findings[index]];
    if (!prediction || !finding) {
      outcomes.set(tweet.id, emptyText(tweet.id));
    } else if (!hasFiniteScores(prediction)) {
      outcomes.set(tweet.id, modelFailed(tweet.id));
    } else {
      const write = featureWrite(tweet, prediction, finding, identity, settings);
      const text = settings.exposeText ? tweet.text : null;
      const { tokens } = prediction;
      writes.push(write);
      outcomes.set(tweet.id, { status: 'ok', row: write.row, text, featureStore, tokens });
    }
  }
  return { outcomes, writes };
}
