import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { FeatureWrite } from '../../service/application/ports/feature-store.ts';
import { FeatureStoreUnavailableError } from '../../service/domain/errors.ts';
import type { FeatureRow } from '../../service/domain/feature-row.ts';
import { topLabel } from '../../service/domain/sentiment.ts';
import { allOutdated } from '../helpers/all-outdated.ts';
import { rebuildAll } from '../helpers/rebuild-all.ts';
import { type Lost, StoreOracle } from '../helpers/store-oracle.ts';
import { aRow, IDENTITY, type StoreUnderTest } from './feature-store-contract.ts';

type Store = StoreUnderTest['store'];

/** A store that histories are played on. */
export interface StoreOfHistories extends StoreUnderTest {
  /** Stores for concurrent changes, each with its own connection; none for memory. */
  readonly writers: readonly Store[];
  /**
   * Runs an operation whose reply is lost: on Redis, with a store on a connection that cuts off
   * the server's replies.
   */
  losingTheReply(operation: (store: Store) => Promise<unknown>): Promise<unknown>;
  /** Deletes keys of aggregates; absent for memory, which loses nothing. */
  readonly lose?: (lost: readonly Lost[]) => Promise<unknown>;
}

type Change =
  | { readonly kind: 'put'; readonly writes: readonly FeatureWrite[] }
  | { readonly kind: 'purge tweet'; readonly id: string }
  | { readonly kind: 'purge user'; readonly id: string; readonly scoredUpToMs: number }
  | { readonly kind: 'purge topic'; readonly topic: string; readonly scoredUpToMs: number };

export type Step =
  | {
      readonly kind: 'change';
      readonly change: Change;
      readonly reply: 'arrives' | 'is lost, tried again' | 'is lost';
    }
  | { readonly kind: 'at the same time'; readonly changes: readonly Change[] }
  | {
      readonly kind: 'aggregates are lost, and rebuilt';
      readonly lost: readonly Lost[];
      readonly between: readonly Change[];
    }
  | {
      readonly kind: 'stored tweets are rescored';
      readonly scores: FeatureRow['scores'];
      readonly scoredAtMs: number;
      /** Changes after their texts are read and before their rows are written. */
      readonly between: readonly Change[];
    }
  | { readonly kind: 'time passes'; readonly seconds: number }
  | { readonly kind: 'look'; readonly at: readonly Part[] };

/** Parts of a store that are read separately; each read may itself tidy up. */
const PARTS = ['owners', 'rows', 'users', 'topics', 'activeUsers', 'activeTopics'] as const;
type Part = (typeof PARTS)[number];

const TWEETS = ['11', '12', '13', '14', '15', '16'];
const USERS = ['1', '2', '3'];
const TOPICS = ['#a', '$b', 'plain', 'other'];
const NAMES = ['Ann', 'bob', 'CY'];
/** Tweets, names and revisions that events tell apart. */
const EVENTS = TWEETS.length * NAMES.length * 2;
const VERSION = `${IDENTITY.revision}:${IDENTITY.preprocessingVersion}`;
const MODEL = {
  model: { name: IDENTITY.name, revision: IDENTITY.revision },
  preprocessingVersion: IDENTITY.preprocessingVersion,
};
const HOUR = 3_600;
const DAY = 24 * HOUR;
const DAYS_OF_TWEETS = 3;
const LOST = ['users', 'topics', 'lists', 'registers', 'names'] as const;
/** Bound for the possible orders of concurrent changes; more would take too long to try. */
const MAX_ORDERS = 120;
const RANGE = { from: 0, to: DAYS_OF_TWEETS };

const scores = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([a, b]) => {
    const [low, high] = a < b ? [a, b] : [b, a];
    return { negative: low, neutral: high - low, positive: 1 - high };
  });

/** Rows of few tweets, users, topics, names, days and times, so that they collide. */
const row = fc
  .record({
    tweet: fc.nat(TWEETS.length - 1),
    author: fc.constantFrom('its own', 'its own', 'its own', 'none', 'none', 'none', 'another'),
    authorUsername: fc.option(fc.constantFrom(...NAMES)),
    topics: fc.subarray(TOPICS),
    eventTimestampMs: fc.integer({ min: 0, max: (DAYS_OF_TWEETS * DAY * 1_000) / EVENTS - 1 }),
    createdTimestampMs: fc.integer({ min: 0, max: 9 }),
    revision: fc.constantFrom(IDENTITY.revision, 'ba9876543210'),
    scores,
    languageSupported: fc.constantFrom(true, true, false, false, null),
    text: fc.constantFrom('a text', 'a text', 'a text', null),
  })
  .map(({ tweet, author, authorUsername, revision, eventTimestampMs, ...rest }): FeatureRow => {
    // A tweet has one author, whom not every source names; ingest may name another.
    const user = USERS[(author === 'another' ? tweet + 1 : tweet) % USERS.length] ?? null;
    return aRow({
      ...rest,
      // Rows that name users differ in it: a rebuild reads them in no order.
      eventTimestampMs:
        eventTimestampMs * EVENTS +
        tweet * 6 +
        Math.max(0, NAMES.indexOf(authorUsername ?? '')) +
        (revision === IDENTITY.revision ? 0 : 3),
      tweetId: TWEETS[tweet] ?? '',
      authorId: author === 'none' ? null : user,
      authorUsername: author === 'none' ? null : authorUsername,
      label: topLabel(rest.scores),
      model: { name: 'fake-model', revision },
    });
  });

const scoredUpToMs = fc.integer({ min: 0, max: 9 });
const write = fc.record({ row, ttlSeconds: fc.constantFrom(300, 60 * DAY) });
const put = fc.record({
  kind: fc.constant('put'),
  // Mostly one: several writes multiply the possible orders.
  writes: fc.oneof(
    { arbitrary: fc.tuple(write), weight: 3 },
    { arbitrary: fc.tuple(write, write), weight: 1 },
  ),
});
const purgeOfATweet = fc.record({
  kind: fc.constant('purge tweet'),
  id: fc.constantFrom(...TWEETS),
});
const change: fc.Arbitrary<Change> = fc.oneof(
  { arbitrary: put, weight: 8 },
  { arbitrary: purgeOfATweet, weight: 2 },
  {
    arbitrary: fc.record({
      kind: fc.constant('purge user'),
      id: fc.constantFrom(...USERS),
      scoredUpToMs,
    }),
    weight: 1,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('purge topic'),
      topic: fc.constantFrom(...TOPICS),
      scoredUpToMs,
    }),
    weight: 1,
  },
);

/**
 * Scores older and newer, purges, renames, lost replies, writers at the same time, expiry, lost
 * aggregates that are rebuilt, rescores by the present model.
 */
export const history: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      arbitrary: fc.record({
        kind: fc.constant('change'),
        change,
        reply: fc.oneof(
          { arbitrary: fc.constant('arrives'), weight: 30 },
          { arbitrary: fc.constantFrom('is lost, tried again', 'is lost'), weight: 2 },
        ),
      }),
      weight: 10,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant('at the same time'),
        changes: fc
          .uniqueArray(change, { minLength: 2, maxLength: 3, selector: purged })
          .filter((changes) => ordersOf(changes.map(atoms)) <= MAX_ORDERS),
      }),
      weight: 1,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant('aggregates are lost, and rebuilt'),
        lost: fc.subarray([...LOST]),
        between: fc.array(fc.oneof(put, purgeOfATweet), { maxLength: 3 }),
      }),
      weight: 2,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant('stored tweets are rescored'),
        scores,
        scoredAtMs: fc.integer({ min: 0, max: 12 }),
        between: fc.array(change, { maxLength: 2 }),
      }),
      weight: 2,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant('time passes'),
        seconds: fc.constantFrom(
          HOUR,
          25 * HOUR,
          61 * DAY,
          150 * DAY,
          250 * DAY,
          399 * DAY,
          401 * DAY,
        ),
      }),
      weight: 3,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant('look'),
        at: fc.shuffledSubarray([...PARTS], { minLength: 1 }),
      }),
      weight: 2,
    },
  ),
  { minLength: 1, maxLength: 50, size: 'max' },
);

/** Plays a history on an empty store and compares what it returns with the oracle. */
export async function play(steps: readonly Step[], subject: StoreOfHistories): Promise<void> {
  let oracles = [new StoreOracle()];
  const look = async (parts: readonly Part[] = PARTS) => {
    for (const part of parts) {
      const seen = await SEEN[part](subject.store);
      const agreeing = oracles.filter((oracle) =>
        isDeepStrictEqual(plain(EXPECTED[part](oracle)), plain(seen)),
      );
      if (agreeing.length === 0) {
        expect({ [part]: seen }).toEqual({
          [part]: EXPECTED[part](oracles[0] ?? new StoreOracle()),
        });
      }
      oracles = distinct(agreeing);
    }
  };

  for (const step of steps) {
    switch (step.kind) {
      case 'change':
        if (step.reply !== 'arrives') {
          await subject.losingTheReply((store) => apply(step.change, store));
        }
        if (step.reply === 'is lost') {
          // Any number of its parts may have run.
          oracles = oracles.flatMap((oracle) => beginnings(atoms(step.change), oracle));
        } else {
          await apply(step.change, subject.store);
          for (const oracle of oracles) foretell(atoms(step.change), oracle);
        }
        break;
      case 'at the same time':
        await Promise.all(
          step.changes.map((each, index) => apply(each, subject.writers[index] ?? subject.store)),
        );
        // The result must be that of some sequential order.
        oracles = oracles.flatMap((oracle) =>
          interleavings(step.changes.map(atoms)).map((changes) => {
            const possible = oracle.clone();
            foretell(changes, possible);
            return possible;
          }),
        );
        await look();
        break;
      case 'aggregates are lost, and rebuilt':
        await loseAndRebuild(step, subject, oracles);
        break;
      case 'stored tweets are rescored':
        oracles = await rescore(step, subject.store, oracles);
        break;
      case 'time passes':
        await subject.advance(step.seconds);
        for (const oracle of oracles) oracle.advance(step.seconds);
        break;
      case 'look':
        await look(step.at);
    }
  }
  await look();
}

/** Writes and purges during a rebuild must be right after it as well. */
async function loseAndRebuild(
  { lost, between }: Extract<Step, { kind: 'aggregates are lost, and rebuilt' }>,
  { store, lose }: StoreOfHistories,
  oracles: readonly StoreOracle[],
): Promise<void> {
  await lose?.(lost);
  for (const each of between) await apply(each, store);
  const { purged } = await rebuildAll(store);
  for (const id of purged) await store.purgeTweet(id);
  for (const oracle of oracles) {
    if (lose) oracle.lose(lost);
    foretell(between.flatMap(atoms), oracle);
    if (lose) oracle.rebuild();
  }
  expect(await rebuildAll(store, { isDryRun: true })).toMatchObject({
    ...{ rows: 0, contributions: 0, usernames: 0, entities: 0, tooLarge: 0, purged: [] },
  });
}

/** Tweets that are purged or scored in between must stay so. @returns oracles that agree */
async function rescore(
  { scores, scoredAtMs, between }: Extract<Step, { kind: 'stored tweets are rescored' }>,
  store: Store,
  oracles: readonly StoreOracle[],
): Promise<StoreOracle[]> {
  const { outdated } = await allOutdated(store);
  for (const each of between) await apply(each, store);
  const rescored = ({ row, ttlSeconds }: FeatureWrite): FeatureWrite => {
    const isScored = row.model.revision === IDENTITY.revision;
    const score = isScored ? {} : { scores, label: topLabel(scores) };
    return {
      row: aRow({ ...row, ...score, createdTimestampMs: scoredAtMs, ...MODEL }),
      ttlSeconds,
    };
  };
  await store.putTweets(outdated.map(rescored));
  const named = (writes: readonly FeatureWrite[]) =>
    writes.map(({ row }) => `${row.tweetId} ${row.createdTimestampMs}`).sort();
  expect(oracles.map((oracle) => named(oracle.outdated(VERSION)))).toContainEqual(named(outdated));
  return oracles.flatMap((oracle) => {
    const expected = oracle.outdated(VERSION);
    if (!isDeepStrictEqual(named(expected), named(outdated))) return [];
    foretell(between.flatMap(atoms), oracle);
    for (const { row, ttlSeconds } of expected.map(rescored)) oracle.put(row, ttlSeconds);
    return [oracle];
  });
}

/** Accepts the documented failure of an operation whose reply is lost. */
export async function mayFail(operation: Promise<unknown>): Promise<void> {
  await operation.catch((error: unknown) => {
    if (!(error instanceof FeatureStoreUnavailableError)) throw error;
  });
}

async function apply(change: Change, store: Store): Promise<void> {
  const unrecorded = async () => undefined;
  switch (change.kind) {
    case 'put':
      await store.putTweets(change.writes);
      break;
    case 'purge tweet':
      await store.purgeTweet(change.id);
      break;
    case 'purge user':
      await store.purgeUser(change.id, change.scoredUpToMs, unrecorded);
      break;
    case 'purge topic':
      await store.purgeTopic(change.topic, change.scoredUpToMs, unrecorded);
  }
}

/** An atomic part of a change. */
type Atom = (oracle: StoreOracle) => void;

/** Atomic parts of a change; parts of other changes may run between them. */
function atoms(change: Change): Atom[] {
  switch (change.kind) {
    case 'put':
      return change.writes.map((write) => (oracle) => oracle.put(write.row, write.ttlSeconds));
    case 'purge tweet':
      return [(oracle) => oracle.purgeTweet(change.id)];
    case 'purge user':
      return purgeAtoms(`u:${change.id}`, change.scoredUpToMs);
    case 'purge topic':
      return purgeAtoms(`g:${change.topic}`, change.scoredUpToMs);
  }
}

function purgeAtoms(entity: string, scoredUpToMs: number): Atom[] {
  return [
    (oracle) => oracle.beginPurge(entity, scoredUpToMs),
    (oracle) => oracle.stepPurge(entity),
    (oracle) => oracle.stepPurge(entity),
    (oracle) => oracle.endPurge(entity),
  ];
}

/** Key by which the oracle tells purges apart: the purged entity, or the change itself. */
function purged(change: Change): unknown {
  if (change.kind === 'purge user') return `u:${change.id}`;
  return change.kind === 'purge topic' ? `g:${change.topic}` : change;
}

function foretell(parts: readonly Atom[], oracle: StoreOracle): void {
  for (const part of parts) part(oracle);
}

/** An oracle for each number of parts that may have run, from none to all. */
function beginnings(parts: readonly Atom[], oracle: StoreOracle): StoreOracle[] {
  return Array.from({ length: parts.length + 1 }, (_, made) => {
    const possible = oracle.clone();
    foretell(parts.slice(0, made), possible);
    return possible;
  });
}

const SEEN: Record<Part, (store: Store) => Promise<unknown>> = {
  owners: (store) => Promise.all(NAMES.map((name) => store.findUser(name))),
  rows: (store) => store.getTweets(TWEETS),
  users: (store) => Promise.all(USERS.map((id) => store.userBuckets(id, RANGE))),
  topics: (store) => Promise.all(TOPICS.map((topic) => store.topicBuckets(topic, RANGE))),
  activeUsers: (store) => store.mostActiveUsers(100),
  activeTopics: (store) => store.mostActiveTopics(100),
};

const EXPECTED: Record<Part, (oracle: StoreOracle) => unknown> = {
  owners: (oracle) => NAMES.map((name) => oracle.owner(name.toLowerCase())),
  rows: (oracle) => TWEETS.map((id) => oracle.row(id, VERSION)),
  users: (oracle) =>
    USERS.map((id) => {
      const buckets = oracle.buckets(`u:${id}`);
      return buckets && { id, username: oracle.username(id), buckets };
    }),
  topics: (oracle) => TOPICS.map((topic) => oracle.buckets(`g:${topic}`)),
  activeUsers: (oracle) => oracle.mostActiveUsers(),
  activeTopics: (oracle) => oracle.mostActiveTopics(),
};

function distinct(oracles: readonly StoreOracle[]): StoreOracle[] {
  return oracles.filter((oracle, index) =>
    oracles.slice(0, index).every((earlier) => !oracle.isEqual(earlier)),
  );
}

/** Copies without prototypes, in which the clones of the oracle differ. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Every order of all items that keeps the order of each list. */
function interleavings<T>(lists: readonly (readonly T[])[]): T[][] {
  const rest = lists.filter((list) => list.length > 0);
  if (rest.length === 0) return [[]];
  return rest.flatMap(([first, ...others], index) =>
    interleavings(rest.with(index, others)).map((order) =>
      first === undefined ? order : [first, ...order],
    ),
  );
}

/** Number of these orders. */
function ordersOf(lists: readonly (readonly unknown[])[]): number {
  let [orders, items] = [1, 0];
  for (const list of lists) {
    for (let place = 1; place <= list.length; place++) orders = (orders * ++items) / place;
  }
  return orders;
}
