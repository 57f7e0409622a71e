import { MAX_AHEAD_MS } from '../domain/contribution.ts';
import { CallerError, type ServiceError } from '../domain/errors.ts';
import { findingOf, type LanguageFinding } from '../domain/language.ts';
import {
  LABELS,
  type ModelIdentity,
  SCORE_SUM_TOLERANCE,
  type Scores,
  topLabel,
} from '../domain/sentiment.ts';
import type { Tweet } from '../domain/tweet.ts';
import { featureWrite, type RowSettings } from './feature-write.ts';
import type { FeatureWrite } from './ports/feature-store.ts';
import type { StoreWriter } from './store-writer.ts';

/** A tweet that was scored elsewhere. */
export interface LoadedScore {
  /** Its text is empty where none came with the scores. */
  readonly tweet: Tweet;
  readonly scores: Scores;
  readonly truncated: boolean;
  /** Counts where the tweet does not tell its language, or tells the same. */
  readonly language: LanguageFinding;
  /** The model that scored it. */
  readonly identity: ModelIdentity;
  /** Milliseconds since the epoch. */
  readonly scoredAtMs: number;
}

export interface LoadScoresOptions extends RowSettings {
  readonly storeWriter: StoreWriter;
  /** Languages that the model of this service reads. */
  readonly modelLanguages: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Use case: stores tweets that were scored elsewhere, as if this process had scored them. */
export class LoadScores {
  readonly #options: LoadScoresOptions;

  constructor(options: LoadScoresOptions) {
    this.#options = options;
  }

  /**
   * Returns, in the length and order of the scores, null for a tweet that is stored, else the reason
   * why it is not.
   *
   * @throws FeatureStoreUnavailableError; the call can then be repeated
   */
  async load(scores: readonly LoadedScore[]): Promise<readonly (ServiceError | null)[]> {
    const nowMs = (this.#options.now ?? Date.now)();
    const faults = scores.map((score) => faultOf(score, nowMs));
    const writes = scores.filter((_, index) => !faults[index]).map((each) => this.#write(each));
    const notStored = await this.#options.storeWriter.writeNow(writes);
    return scores.map(({ tweet }, index) => {
      const outcome = notStored.get(tweet.id);
      return faults[index] ?? (outcome?.status === 'error' ? outcome.error : null);
    });
  }

  #write({ tweet, scores, truncated, ...score }: LoadedScore): FeatureWrite {
    const prediction = { label: topLabel(scores), scores, truncated, tokens: 0 };
    const { identity, scoredAtMs } = score;
    const language = this.#languageOf(tweet, score.language);
    const write = featureWrite(tweet, prediction, language, identity, this.#options);
    const text = write.row.text === '' ? null : write.row.text;
    return { ...write, row: { ...write.row, createdTimestampMs: scoredAtMs, text } };
  }

  /** The language that the tweet tells, else that of the scores, with what they say of it. */
  #languageOf(tweet: Tweet, scored: LanguageFinding): LanguageFinding {
    const language = tweet.language ?? scored.language;
    const isJudged = language === scored.language && scored.languageSupported !== null;
    return isJudged ? scored : findingOf(language, this.#options.modelLanguages);
  }
}

function faultOf({ tweet, scores, scoredAtMs }: LoadedScore, nowMs: number): CallerError | null {
  const sum = LABELS.reduce((total, label) => total + scores[label], 0);
  if (Math.abs(sum - 1) > SCORE_SUM_TOLERANCE) {
    return new CallerError(
      'invalid_request',
      `The scores of tweet ${tweet.id} must sum to 1, got ${sum}.`,
    );
  }
  // Serializers write 0001-01-01 or 1970-01-01 for no time.
  if (scoredAtMs <= 0 || scoredAtMs > nowMs + MAX_AHEAD_MS) {
    const time = new Date(scoredAtMs).toISOString();
    return new CallerError(
      'invalid_request',
      `Tweet ${tweet.id} must have been scored after 1970-01-01 and before now, got ${time}.`,
    );
  }
  return null;
}
