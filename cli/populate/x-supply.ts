import { languageOf } from '../../service/domain/language.ts';
import { snowflakeTimeMs } from '../../service/domain/snowflake.ts';
import { POST_FIELDS, type XQuery } from '../../service/tweet-source/x-api/x-api-client.ts';
import { parseXLookup } from '../../service/tweet-source/x-format/lookup.ts';
import type { XReader } from '../clients/x-reader.ts';
import { CliError } from '../kit/errors.ts';
import type { Progress } from '../kit/state-file.ts';
import { BATCH_SIZE, type Batch, type Supply } from './supply.ts';

/** Lowest `max_results` of each endpoint. */
const MIN_TIMELINE_PAGE = 5;
const MIN_SEARCH_PAGE = 10;

/** X refuses an `until_id` from before the seven days that its search covers; less a minute for its clock. */
const SEARCHED_MS = 7 * 24 * 3_600_000 - 60_000;

/** Age at which progress is too old to continue: newer tweets would be left out. */
const CONTINUED_MS = 24 * 3_600_000;

/** Latest tweets of a user, newest first; X returns at most 3,200. */
export function userSupply(username: string, limit: number, x: XReader): Supply {
  return {
    name: `@${username}`,
    job: `user:${username.toLowerCase()}`,
    total: limit,
    canContinue: isRecent,
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

export interface SearchOptions {
  /** Highest number of tweets. */
  readonly limit: number;
  /** Language code, such as `en`. */
  readonly lang?: string;
}

/** Tweets of the last seven days about a topic, newest first, filed under the given name. */
export function topicSupply(topic: string, options: SearchOptions, x: XReader): Supply {
  const phrase = /\s/.test(topic) ? `"${topic.replaceAll('"', '')}"` : topic;
  return {
    name: topic,
    job: `topic:${topic.toLowerCase()}`,
    total: options.limit,
    canContinue: isRecentSearch,
    async *batches(from) {
      for await (const batch of found(`${phrase} -is:retweet`, options, x, from)) {
        yield { ...batch, tweets: batch.tweets.map((tweet) => ({ ...tweet, topics: [topic] })) };
      }
    },
  };
}

/** Tweets of the last seven days that match a query with X's own operators, newest first. */
export function querySupply(query: string, options: SearchOptions, x: XReader): Supply {
  const { limit, lang } = options;
  return {
    name: query,
    job: `query:${query}`,
    total: limit,
    canContinue: isRecentSearch,
    batches: (from) =>
      found(lang !== undefined && /\sOR\s/.test(query) ? `(${query})` : query, options, x, from),
  };
}

function isRecent({ savedMs = 0 }: Progress): boolean {
  return savedMs > Date.now() - CONTINUED_MS;
}

function isRecentSearch(progress: Progress): boolean {
  return isRecent(progress) && isSearched(progress);
}

/** False for progress whose next tweets are too old to be found. */
function isSearched({ cursor }: Pick<Progress, 'cursor'>): boolean {
  return snowflakeTimeMs(cursor) > Date.now() - SEARCHED_MS;
}

async function* found(
  query: string,
  { limit, lang }: SearchOptions,
  x: XReader,
  from: Progress | undefined,
): AsyncGenerator<Batch> {
  const inLanguage = lang === undefined ? query : `${query} lang:${operatorCode(lang)}`;
  const path = 'tweets/search/recent';
  const listing = { path, query: { query: inLanguage }, minPage: MIN_SEARCH_PAGE, limit };
  for await (const batch of pages(listing, x, from)) {
    yield batch;
    if (!isSearched(batch)) return;
  }
}

/** X's operator takes today's codes (`id`), its tweets have older ones (`in`). It calls Filipino `tl`. */
function operatorCode(lang: string): string {
  const language = languageOf(lang) ?? lang;
  return language === 'fil' ? 'tl' : language;
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
