import { POST_FIELDS, type XQuery } from '../../service/tweet-source/x-api/x-api-client.ts';
import { parseXLookup } from '../../service/tweet-source/x-format/lookup.ts';
import { CliError } from '../shared/cli-error.ts';
import type { Progress } from '../shared/state-file.ts';
import type { XReader } from '../shared/x-reader.ts';
import { BATCH_SIZE, type Batch, type Supply } from './supply.ts';

/** What X takes as `max_results`. */
const MIN_TIMELINE_PAGE = 5;
const MIN_SEARCH_PAGE = 10;

/** The latest tweets of a user, newest first. X knows the last 3,200. */
export function userSupply(username: string, limit: number, x: XReader): Supply {
  return {
    name: `@${username}`,
    job: `user:${username.toLowerCase()}`,
    total: limit,
    async *batches(from) {
      const id = await userId(username, x);
      yield* pages(
        { path: `users/${id}/tweets`, query: {}, minPage: MIN_TIMELINE_PAGE, limit },
        x,
        from,
      );
    },
  };
}

/** Tweets of the last seven days about a topic, newest first, under the name it was asked by. */
export function topicSupply(topic: string, limit: number, x: XReader): Supply {
  const query = `${/\s/.test(topic) ? `"${topic.replaceAll('"', '')}"` : topic} -is:retweet`;
  return {
    name: topic,
    job: `topic:${topic.toLowerCase()}`,
    total: limit,
    async *batches(from) {
      const search = {
        path: 'tweets/search/recent',
        query: { query },
        minPage: MIN_SEARCH_PAGE,
        limit,
      };
      for await (const batch of pages(search, x, from)) {
        yield { ...batch, tweets: batch.tweets.map((tweet) => ({ ...tweet, topics: [topic] })) };
      }
    },
  };
}

interface Listing {
  readonly path: string;
  readonly query: XQuery;
  readonly minPage: number;
  readonly limit: number;
}

/**
 * Pages by `until_id`, which means the same tomorrow; X's own page tokens do not, and new tweets
 * do not move it.
 */
async function* pages(
  { path, query, minPage, limit }: Listing,
  x: XReader,
  from: Progress | undefined,
): AsyncGenerator<Batch> {
  let untilId = from?.cursor;
  let left = limit - (from?.done ?? 0);
  while (left > 0) {
    const body = await x.get(path, {
      ...POST_FIELDS,
      ...query,
      max_results: Math.min(Math.max(left, minPage), BATCH_SIZE),
      ...(untilId !== undefined && { until_id: untilId }),
    });
    const { data, includes } = parseXLookup(body);
    x.bill({
      posts: [...data, ...(includes.tweets ?? [])].map(({ id }) => id),
      users: includes.users?.map(({ id }) => id) ?? [],
    });
    const tweets = data.slice(0, left);
    const oldest = tweets.at(-1);
    if (!oldest) return;
    untilId = oldest.id;
    left -= tweets.length;
    yield { tweets, includes, cursor: untilId };
  }
}

/** The id of a user. X bills the read. @throws CliError when there is no such user. */
async function userId(username: string, x: XReader): Promise<string> {
  const body = await x.get(`users/by/username/${username}`, {});
  const user: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'data') : null;
  const id: unknown = typeof user === 'object' && user !== null ? Reflect.get(user, 'id') : null;
  if (typeof id !== 'string' || !/^[0-9]{1,19}$/.test(id)) {
    throw new CliError(`X knows no user @${username}, or does not show it.`);
  }
  x.bill({ users: [id] });
  return id;
}
