import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_AGGREGATE_TTL_SECONDS } from '../../service/contract/feature-store.ts';
import type { FeatureRow } from '../../service/domain/feature-row.ts';

const DAY_MS = 86_400_000;
const LIFE_MS = DEFAULT_AGGREGATE_TTL_SECONDS * 1_000;
const SCORE_UNITS = 10_000_000;
const LABELS = ['negative', 'neutral', 'positive'] as const;

/** Kinds of keys that a store may lose: aggregates, lists of tweets, ranking and ends, names. */
export type Lost = 'users' | 'topics' | 'lists' | 'registers' | 'names';

interface CountedTweet {
  readonly row: FeatureRow;
  readonly author: string | null;
  readonly topics: readonly string[];
  readonly writtenMs: number;
}

interface State {
  nowMs: number;
  /** By tweet and version. */
  readonly rows: Map<string, { row: FeatureRow; endsMs: number }>;
  /** By tweet: its newest score, whether it still counts or not. */
  readonly counted: Map<string, CountedTweet>;
  /** By entity and day, plus a half for those in other languages: the tweets that count. */
  readonly buckets: Map<
    string,
    Map<number, { endsMs: number; counted: Map<string, CountedTweet> }>
  >;
  readonly tombstones: Map<string, number>;
  readonly entityTombstones: Map<string, { upToMs: number; endsMs: number }>;
  readonly profiles: Map<string, { username: string; eventMs: number; names: Set<string> }>;
  readonly owners: Map<string, { id: string; eventMs: number; endsMs: number }>;
  /** By purge under way: the tweets of its next step. */
  readonly named: Map<string, string[]>;
}

/**
 * A model of a feature store, as simple as possible: it sums when it is read and drops what has
 * ended whenever time passes.
 */
export class StoreOracle {
  readonly #state: State;

  constructor(state?: State) {
    this.#state = state ?? {
      nowMs: 0,
      rows: new Map(),
      counted: new Map(),
      buckets: new Map(),
      tombstones: new Map(),
      entityTombstones: new Map(),
      profiles: new Map(),
      owners: new Map(),
      named: new Map(),
    };
  }

  clone(): StoreOracle {
    return new StoreOracle(structuredClone(this.#state));
  }

  isEqual(other: StoreOracle): boolean {
    return isDeepStrictEqual(this.#state, other.#state);
  }

  advance(seconds: number): void {
    const state = this.#state;
    state.nowMs += seconds * 1_000;
    const ended = ({ endsMs }: { endsMs: number }) => endsMs <= state.nowMs;
    for (const [key, row] of state.rows) if (ended(row)) state.rows.delete(key);
    for (const [id, endsMs] of state.tombstones) if (ended({ endsMs })) state.tombstones.delete(id);
    for (const [entity, tombstone] of state.entityTombstones)
      if (ended(tombstone)) state.entityTombstones.delete(entity);
    for (const [name, owner] of state.owners) if (ended(owner)) state.owners.delete(name);
    for (const [entity, days] of state.buckets) {
      for (const [day, bucket] of days) if (ended(bucket)) days.delete(day);
      this.#forgetIfEmpty(entity);
    }
  }

  put(row: FeatureRow, ttlSeconds: number): boolean {
    const state = this.#state;
    const named = entitiesOf(row.authorId, row.topics);
    const isPurged = named.some(
      (entity) => row.createdTimestampMs <= (state.entityTombstones.get(entity)?.upToMs ?? -1),
    );
    if (isPurged || state.tombstones.has(row.tweetId)) return false;

    const key = `${row.tweetId} ${versionOf(row)}`;
    const present = state.rows.get(key);
    if (!present || present.row.createdTimestampMs <= row.createdTimestampMs) {
      state.rows.set(key, { row, endsMs: state.nowMs + ttlSeconds * 1_000 });
    }

    const before = state.counted.get(row.tweetId);
    const stillKnown = before && (this.#counts(before) || before.writtenMs + LIFE_MS > state.nowMs);
    const tweet = this.#merge(stillKnown ? before : undefined, row);
    const left = before ? this.#takeOut(row.tweetId) : [];
    this.#add(tweet);
    for (const entity of left) this.#forgetIfEmpty(entity);
    // Skipped if a newer score names another author.
    if (row.authorId !== null && row.authorId === tweet.author && row.authorUsername !== null) {
      this.#learn(row.authorId, row.authorUsername, row.eventTimestampMs);
    }
    return true;
  }

  purgeTweet(id: string): void {
    const state = this.#state;
    for (const key of state.rows.keys()) if (key.startsWith(`${id} `)) state.rows.delete(key);
    for (const entity of this.#takeOut(id)) this.#forgetIfEmpty(entity);
    state.counted.delete(id);
    state.tombstones.set(id, state.nowMs + DAY_MS);
  }

  purgeEntity(entity: string, scoredUpToMs: number): void {
    this.beginPurge(entity, scoredUpToMs);
    this.endPurge(entity);
  }

  /** Begins a purge of an entity, which has steps; other changes may come between them. */
  beginPurge(entity: string, scoredUpToMs: number): void {
    const { entityTombstones, nowMs } = this.#state;
    const upToMs = Math.max(scoredUpToMs, entityTombstones.get(entity)?.upToMs ?? 0);
    entityTombstones.set(entity, { upToMs, endsMs: nowMs + DAY_MS });
    this.#name(entity);
  }

  /** Purges the tweets of this step, wherever they count now. */
  stepPurge(entity: string): void {
    for (const id of this.#state.named.get(entity) ?? []) this.purgeTweet(id);
    this.#name(entity);
  }

  endPurge(entity: string): void {
    while ((this.#state.named.get(entity)?.length ?? 0) > 0) this.stepPurge(entity);
    this.#state.named.delete(entity);
  }

  /** Loses aggregates; tweets and what they contribute stay. */
  lose(lost: readonly Lost[]): void {
    const { buckets, profiles, owners } = this.#state;
    for (const entity of buckets.keys()) {
      const kind = entity.startsWith('u:') ? 'users' : 'topics';
      if (lost.includes(kind)) buckets.delete(entity);
    }
    if (lost.includes('users')) profiles.clear();
    if (lost.includes('names')) owners.clear();
  }

  /** Restores what is lost of the tweets that were written recently, and the names in rows. */
  rebuild(): void {
    const { counted, entityTombstones, nowMs } = this.#state;
    for (const [id, tweet] of [...counted]) {
      const { row, author, topics, writtenMs } = tweet;
      if (writtenMs + LIFE_MS <= nowMs) continue;
      const entities = entitiesOf(author, topics);
      const isPurged = entities.some(
        (entity) => row.createdTimestampMs <= (entityTombstones.get(entity)?.upToMs ?? -1),
      );
      if (isPurged) this.purgeTweet(id);
      else if (!entities.every((entity) => this.#isIn(entity, id))) {
        this.#takeOut(id);
        this.#add({ ...tweet, writtenMs: nowMs });
      }
    }
    for (const { row } of this.#state.rows.values()) {
      const { tweetId, authorId, authorUsername, eventTimestampMs } = row;
      if (authorId === null || authorUsername === null) continue;
      if (counted.get(tweetId)?.author !== authorId || !this.#isIn(`u:${authorId}`, tweetId))
        continue;
      if (!this.#knows(authorId, authorUsername.toLowerCase(), eventTimestampMs)) {
        this.#learn(authorId, authorUsername, eventTimestampMs);
      }
    }
  }

  /** Rows by which scores of this version can count in place of others, with the rest of their lives. */
  outdated(version: string): { row: FeatureRow; ttlSeconds: number }[] {
    const { rows, counted, nowMs } = this.#state;
    return [...counted].flatMap(([id, { row: newest }]) => {
      const [withText] = [...rows.values()]
        .filter(({ row }) => row.tweetId === id && row.text !== null)
        .filter(({ row }) => row.createdTimestampMs >= newest.createdTimestampMs)
        .sort(
          ({ row: a }, { row: b }) =>
            b.createdTimestampMs - a.createdTimestampMs || (versionOf(b) > versionOf(a) ? 1 : -1),
        );
      const found = withText ?? rows.get(`${id} ${version}`);
      if (versionOf(newest) === version || !found) return [];
      return [{ row: found.row, ttlSeconds: (found.endsMs - nowMs) / 1_000 }];
    });
  }

  row(id: string, version: string): FeatureRow | null {
    return this.#state.rows.get(`${id} ${version}`)?.row ?? null;
  }

  /** Day buckets of an entity, oldest first, as a store returns them; null if there are none. */
  buckets(entity: string) {
    const days = this.#state.buckets.get(entity);
    if (!days) return null;
    const tweets = (day: number) => [...(days.get(day)?.counted.values() ?? [])];
    return [...new Set([...days.keys()].map(Math.floor))]
      .sort((a, b) => a - b)
      .map((day) => ({
        day,
        ...added(tweets(day)),
        otherLanguages: tweets(day + 0.5).length,
      }));
  }

  username(id: string): string | null {
    return this.#state.profiles.get(id)?.username ?? null;
  }

  owner(name: string): string | null {
    const id = this.#state.owners.get(name)?.id ?? null;
    // A name outlives a user whose names were lost with the aggregates.
    return id !== null && this.#state.buckets.has(`u:${id}`) ? id : null;
  }

  mostActiveUsers() {
    return this.#mostActive('u:').map(({ id, ...totals }) => ({
      id,
      username: this.username(id),
      ...totals,
    }));
  }

  mostActiveTopics() {
    return this.#mostActive('g:').map(({ id: topic, ...totals }) => ({ topic, ...totals }));
  }

  #mostActive(kind: 'u:' | 'g:') {
    return [...this.#state.buckets]
      .filter(([entity]) => entity.startsWith(kind))
      .map(([entity, days]) => {
        const all = [...days.values()].flatMap((bucket) => [...bucket.counted.values()]);
        const counted = all.filter(({ row }) => row.languageSupported !== false);
        return {
          id: entity.slice(2),
          counts: added(counted).counts,
          otherLanguages: all.length - counted.length,
          total: counted.length,
        };
      })
      .filter(({ total }) => total > 0)
      .sort((a, b) => b.total - a.total || (a.id < b.id ? 1 : -1))
      .map(({ total: _, ...entity }) => entity);
  }

  #name(entity: string): void {
    const days = this.#state.buckets.get(entity)?.values() ?? [];
    this.#state.named.set(
      entity,
      [...days].flatMap(({ counted }) => [...counted.keys()]),
    );
  }

  #add(tweet: CountedTweet): void {
    const { buckets, counted, nowMs } = this.#state;
    const { row, author, topics } = tweet;
    const day =
      Math.floor(row.eventTimestampMs / DAY_MS) + (row.languageSupported === false ? 0.5 : 0);
    counted.set(row.tweetId, tweet);
    for (const entity of entitiesOf(author, topics)) {
      const days = buckets.get(entity) ?? new Map();
      buckets.set(entity, days);
      const bucket = days.get(day) ?? { endsMs: 0, counted: new Map() };
      days.set(day, bucket);
      bucket.counted.set(row.tweetId, tweet);
      bucket.endsMs = nowMs + LIFE_MS;
    }
  }

  #isIn(entity: string, id: string): boolean {
    const days = [...(this.#state.buckets.get(entity)?.values() ?? [])];
    return days.some(({ counted }) => counted.has(id));
  }

  /** True if a row has nothing to add to a user's names. */
  #knows(id: string, name: string, eventMs: number): boolean {
    const owner = this.#state.owners.get(name);
    const profile = this.#state.profiles.get(id);
    return (
      owner !== undefined &&
      owner.eventMs >= eventMs &&
      profile !== undefined &&
      profile.eventMs >= eventMs &&
      profile.names.has(name)
    );
  }

  #counts(tweet: CountedTweet): boolean {
    return entitiesOf(tweet.author, tweet.topics).some((entity) =>
      this.#isIn(entity, tweet.row.tweetId),
    );
  }

  #merge(before: CountedTweet | undefined, row: FeatureRow): CountedTweet {
    const own = { row, author: row.authorId, topics: row.topics, writtenMs: this.#state.nowMs };
    if (!before) return own;
    const age = row.createdTimestampMs - before.row.createdTimestampMs;
    const isNewer = age > 0 || (age === 0 && versionOf(row) >= versionOf(before.row));
    const [newer, older] = isNewer ? [own, before] : [before, own];
    const plain = older.topics.filter((topic) => !topic.startsWith('#') && !topic.startsWith('$'));
    return {
      row: newer.row,
      author: newer.author ?? older.author,
      topics: [...new Set([...newer.topics, ...plain])],
      writtenMs: this.#state.nowMs,
    };
  }

  /** Returns the entities that the tweet counted in. */
  #takeOut(id: string): string[] {
    const left: string[] = [];
    for (const [entity, days] of this.#state.buckets) {
      for (const [day, { counted }] of days) {
        if (!counted.delete(id)) continue;
        left.push(entity);
        if (counted.size === 0) days.delete(day);
      }
    }
    return left;
  }

  #learn(id: string, username: string, eventMs: number): void {
    const { profiles, owners, nowMs } = this.#state;
    const name = username.toLowerCase();
    const profile = profiles.get(id) ?? { username, eventMs, names: new Set() };
    profile.names.add(name);
    const newest = eventMs > profile.eventMs ? { username, eventMs } : profile;
    profiles.set(id, { ...profile, username: newest.username, eventMs: newest.eventMs });
    const owner = owners.get(name);
    if (owner && owner.id !== id && owner.eventMs >= eventMs) return;
    const newestMs = owner?.id === id ? Math.max(owner.eventMs, eventMs) : eventMs;
    owners.set(name, { id, eventMs: newestMs, endsMs: nowMs + LIFE_MS });
  }

  #forgetIfEmpty(entity: string): void {
    const { buckets, profiles, owners } = this.#state;
    if (buckets.get(entity)?.size !== 0) return;
    buckets.delete(entity);
    const id = entity.startsWith('u:') ? entity.slice(2) : '';
    for (const name of profiles.get(id)?.names ?? []) {
      if (owners.get(name)?.id === id) owners.delete(name);
    }
    profiles.delete(id);
  }
}

function versionOf({ model, preprocessingVersion }: FeatureRow): string {
  return `${model.revision}:${preprocessingVersion}`;
}

function entitiesOf(author: string | null, topics: readonly string[]): string[] {
  return [...(author === null ? [] : [`u:${author}`]), ...topics.map((topic) => `g:${topic}`)];
}

function added(counted: readonly CountedTweet[]) {
  const counts = { negative: 0, neutral: 0, positive: 0 };
  const scoreSums = { negative: 0, neutral: 0, positive: 0 };
  for (const { row } of counted) {
    counts[row.label] += 1;
    for (const label of LABELS) scoreSums[label] += Math.round(row.scores[label] * SCORE_UNITS);
  }
  return { counts, scoreSums };
}
