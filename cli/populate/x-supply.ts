import { POST_FIELDS, type XQuery } from '../../service/tweet-source/x-api/x-api-client.ts';
import { parseXLookup } from '../../service/tweet-source/x-format/lookup.ts';
import type { XReader } from '../clients/x-reader.ts';
import { CliError } from '../kit/errors.ts';
import type { Progress } from '../kit/state-file.ts';
import { BATCH_SIZE, type Batch, type Supply } from './supply.ts';

/** Lowest `max_results` of each endpoint. */
const MIN_TIMELINE_PAGE = 5;
const MIN_SEARCH_PAGE = 10;

/** Latest tweets of a user, newest first; X returns at most 3,200. */
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

/** Tweets of the last seven days about a topic, newest first, filed under the given name. */
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
 * Paginates by `until_id`: unlike X's page tokens it stays valid, and new tweets do not shift it.
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

/** Id of a user; a billed read. @throws CliError when X shows no such user */
async function userId(username: string, x: XReader): Promise<string> {
  const body = await x.get(`users/by/username/${username}`, {});
  const user: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'data') : null;
  const id: unknown = typeof user === 'object' && user !== null ? Reflect.get(user, 'id') : null;
  if (typeof id !== 'string' || !/^[0-9]{1,19}$/.test(id)) {
    throw new CliError(`X shows no user @${username}.`);
  }
  x.bill({ users: [id] });
  return id;
}
