import { SAMPLE_ACCOUNTS } from '../../service/contract/sample-accounts.ts';
import { snowflakeIdAt } from '../../service/domain/snowflake.ts';
import { USER, X_TWEETS } from '../../service/http/schemas/examples.ts';
import type { XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import sample from './sample-tweets.json' with { type: 'json' };
import { BATCH_SIZE, type Supply } from './supply.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * Invented tweets that end at the start of this hour, and the tweet of the API's examples. Within
 * the hour they keep their ids: sent twice, they count once.
 */
export function sampleSupply(nowMs: number): Supply {
  const tweets = [...exampleTweets(), ...sampleTweets(Math.floor(nowMs / HOUR_MS) * HOUR_MS)];
  return {
    name: 'sample',
    job: 'sample',
    total: tweets.length,
    canContinue: () => false,
    async *batches() {
      for (let start = 0; start < tweets.length; start += BATCH_SIZE) {
        yield { tweets: tweets.slice(start, start + BATCH_SIZE), cursor: String(start) };
      }
    },
  };
}

function exampleTweets(): XTweet[] {
  return X_TWEETS.tweets.map((tweet) => ({ ...tweet, lang: 'en', author: USER }));
}

/** Ids derive from the times, as at X; the position in the file separates equal times. */
function sampleTweets(endMs: number): XTweet[] {
  return sample.tweets.map(({ by, minutesBefore, text, topics }, index) => {
    const createdMs = endMs - minutesBefore * MINUTE_MS;
    const id = SAMPLE_ACCOUNTS.find(({ username }) => username === by)?.id;
    if (id === undefined) throw new Error(`The sample has no account "${by}".`);
    return {
      id: snowflakeIdAt(createdMs, index),
      text,
      lang: 'en',
      author_id: id,
      author: { id, username: by },
      created_at: new Date(createdMs).toISOString(),
      ...(topics && { topics }),
    };
  });
}
