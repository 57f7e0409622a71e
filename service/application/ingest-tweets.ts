import type { Tweet } from '../domain/tweet.ts';
import { type AssessmentSettings, assessTweets } from './assess-tweets.ts';
import type { SentimentModel } from './ports/sentiment-model.ts';
import type { RequestContext } from './request-context.ts';
import type { StoreWriter } from './store-writer.ts';
import type { TweetOutcome } from './tweet-outcome.ts';

export interface IngestTweetsOptions extends AssessmentSettings {
  readonly storeWriter: StoreWriter;
  readonly model: SentimentModel;
}

/** Use case: scores and stores tweets that the caller has read. */
export class IngestTweets {
  readonly #options: IngestTweetsOptions;

  constructor(options: IngestTweetsOptions) {
    this.#options = options;
  }

  /**
   * Stores the tweets before it returns outcomes in their length and order.
   *
   * @throws FeatureStoreUnavailableError, OverloadedError
   */
  async ingest(
    tweets: readonly Tweet[],
    context: RequestContext,
  ): Promise<readonly TweetOutcome[]> {
    const { model, storeWriter } = this.#options;
    const distinct = [...new Map(tweets.map((tweet) => [tweet.id, tweet])).values()];
    const texts = distinct.map((tweet) => tweet.text);
    const predictions = await model.predict(texts, context);
    const { outcomes, writes } = await assessTweets(
      distinct,
      predictions,
      model.identity,
      'miss',
      this.#options,
    );
    const notStored = await context.timings.measure('store', () => storeWriter.writeNow(writes));
    for (const [id, outcome] of notStored) outcomes.set(id, outcome);
    return tweets.map(({ id }) => {
      const outcome = outcomes.get(id);
      if (!outcome) throw new Error(`tweet ${id} was ingested without an outcome`);
      return outcome;
    });
  }
}
