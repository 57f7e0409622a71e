import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BeforePurge } from '../../service/application/ports/feature-store.ts';
import {
  DEFAULT_AGGREGATE_TTL_SECONDS,
  DEFAULT_ROW_TTL_SECONDS,
} from '../../service/contract/feature-store.ts';
import type { FeatureRow } from '../../service/domain/feature-row.ts';
import { anId, aRow, type StoreUnderTest } from './feature-store-contract.ts';

const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1_000;

/** 2021-11-15, the day of `aRow`. */
const DAY = Math.floor(Date.UTC(2021, 10, 15) / DAY_MS);
const DAY_START_MS = DAY * DAY_MS;
const EVER = { from: DAY - 200, to: DAY + 165 };

const NEGATIVE = {
  label: 'negative',
  scores: { negative: 0.7, neutral: 0.2, positive: 0.1 },
} as const;
const POSITIVE = {
  label: 'positive',
  scores: { negative: 0.05, neutral: 0.15, positive: 0.8 },
} as const;

const unrecorded: BeforePurge = async () => undefined;

/** Behavior of aggregates that every feature store must have; run it on each adapter. */
export function aggregateStoreContract(
  name: string,
  makeStore: () => Promise<StoreUnderTest>,
): void {
  describe(`${name} as a store of aggregates`, () => {
    let store: StoreUnderTest['store'];
    let advance: StoreUnderTest['advance'];

    beforeEach(async () => {
      ({ store, advance } = await makeStore());
    });
    afterEach(() => store.close());

    const put = async (overrides: Partial<FeatureRow> = {}): Promise<FeatureRow> => {
      const row = aRow({ tweetId: anId(), ...overrides });
      expect(await store.putTweets([{ row, ttlSeconds: DEFAULT_ROW_TTL_SECONDS }])).toEqual([true]);
      return row;
    };
    const user = (id = '2244994945') => store.userBuckets(id, EVER);
    const topic = (tag: string) => store.topicBuckets(tag, EVER);
    const total = async (buckets: Promise<Awaited<ReturnType<typeof topic>>>) =>
      (await buckets)?.map(({ counts }) => Object.values(counts).reduce((a, b) => a + b, 0)) ??
      null;
    const userTotal = async (id?: string) =>
      total(user(id).then((found) => found?.buckets ?? null));
    const ranking = async (limit = 100) =>
      (await store.mostActiveUsers(limit)).map(({ id, counts }) => [
        id,
        counts.negative + counts.neutral + counts.positive,
      ]);

    const topicRanking = async (limit = 100) =>
      (await store.mostActiveTopics(limit)).map(({ topic, counts }) => [
        topic,
        counts.negative + counts.neutral + counts.positive,
      ]);

    describe('counting', () => {
      it('knows no user and no topic at first', async () => {
        expect(await user()).toBeNull();
        expect(await topic('#phones')).toBeNull();
        expect(await store.findUser('someone')).toBeNull();
        expect(await store.mostActiveUsers(10)).toEqual([]);
        expect(await store.mostActiveTopics(10)).toEqual([]);
      });

      it('adds a row to its author and to each topic, on the day of the tweet', async () => {
        await put();
        const bucket = {
          day: DAY,
          counts: { negative: 0, neutral: 0, positive: 1 },
          scoreSums: { negative: 500_000, neutral: 1_500_000, positive: 8_000_000 },
          otherLanguages: 0,
        };
        expect(await user()).toEqual({ id: '2244994945', username: 'someone', buckets: [bucket] });
        expect(await topic('#phones')).toEqual([bucket]);
        expect(await topic('$btc')).toEqual([bucket]);
        expect(await topic('phones')).toBeNull();
      });

      it('adds up counts and scores by label', async () => {
        await put(NEGATIVE);
        await put(POSITIVE);
        await put(POSITIVE);
        expect((await user())?.buckets).toEqual([
          {
            day: DAY,
            counts: { negative: 1, neutral: 0, positive: 2 },
            scoreSums: { negative: 8_000_000, neutral: 5_000_000, positive: 17_000_000 },
            otherLanguages: 0,
          },
        ]);
      });

      it.each([
        ['the last millisecond of a day', DAY_START_MS + DAY_MS - 1, DAY],
        ['the first millisecond of the next', DAY_START_MS + DAY_MS, DAY + 1],
      ])('separates days in UTC: %s', async (_, eventTimestampMs, day) => {
        await put({ eventTimestampMs });
        expect((await user())?.buckets.map((bucket) => bucket.day)).toEqual([day]);
      });

      it('returns the days asked for, oldest first, and an empty list if there are others only', async () => {
        for (const offset of [3, 1, 2]) {
          await put({ eventTimestampMs: DAY_START_MS + offset * DAY_MS });
        }
        const days = async (from: number, to: number) =>
          (await store.userBuckets('2244994945', { from, to }))?.buckets.map(
            ({ day }) => day - DAY,
          );
        expect(await days(DAY, DAY + 9)).toEqual([1, 2, 3]);
        expect(await days(DAY + 2, DAY + 3)).toEqual([2, 3]);
        expect(await days(DAY + 2, DAY + 2)).toEqual([2]);
        expect(await days(DAY + 4, DAY + 9)).toEqual([]);
        expect(await store.topicBuckets('#phones', { from: DAY - 9, to: DAY })).toEqual([]);
      });

      it('lets rows without an author id feed topics only', async () => {
        await put({ authorId: null });
        expect(await store.findUser('someone')).toBeNull();
        expect(await total(topic('#phones'))).toEqual([1]);
        expect(await ranking()).toEqual([]);
        expect(await topicRanking()).toEqual([
          ['$btc', 1],
          ['#phones', 1],
        ]);
      });

      it('removes contributions without a rounding error, whatever the scores', async () => {
        const tweetId = anId();
        await put(NEGATIVE);
        const before = await user();
        for (let i = 1; i <= 50; i++) {
          const negative = i / 150.1;
          const scores = { negative, neutral: 0.1, positive: 0.9 - negative };
          await put({ tweetId, label: 'positive', scores, createdTimestampMs: i });
        }
        await store.purgeTweet(tweetId);
        expect(await user()).toEqual(before);
      });
    });

    describe('a tweet in a language that the model does not read', () => {
      const NONE = { negative: 0, neutral: 0, positive: 0 };
      const GERMAN = { language: 'de', languageSupported: false } as const;
      const others = async () =>
        (await user())?.buckets.map(({ day, otherLanguages }) => [day - DAY, otherLanguages]);

      it('is counted apart from the others', async () => {
        await put(POSITIVE);
        await put({ ...NEGATIVE, ...GERMAN });
        await put({ ...NEGATIVE, ...GERMAN });
        const bucket = {
          day: DAY,
          counts: { negative: 0, neutral: 0, positive: 1 },
          scoreSums: { negative: 500_000, neutral: 1_500_000, positive: 8_000_000 },
          otherLanguages: 2,
        };
        expect((await user())?.buckets).toEqual([bucket]);
        expect(await topic('#phones')).toEqual([bucket]);
        expect(await store.mostActiveUsers(10)).toEqual([
          {
            id: '2244994945',
            username: 'someone',
            counts: { negative: 0, neutral: 0, positive: 1 },
            otherLanguages: 2,
          },
        ]);
      });

      it('makes its user and topics known, and leaves them out of the rankings', async () => {
        await put(GERMAN);
        const bucket = { day: DAY, counts: NONE, scoreSums: NONE, otherLanguages: 1 };
        expect(await topic('#phones')).toEqual([bucket]);
        expect(await user()).toEqual({ id: '2244994945', username: 'someone', buckets: [bucket] });
        expect(await store.findUser('someone')).toBe('2244994945');
        expect(await store.mostActiveUsers(10)).toEqual([]);
        expect(await store.mostActiveTopics(10)).toEqual([]);
        expect((await store.userBuckets('2244994945', { from: 0, to: 1 }))?.buckets).toEqual([]);
      });

      it('is counted as read where its language is undetermined or was not recorded', async () => {
        await put({ ...POSITIVE, language: null, languageSupported: null });
        await put({ ...POSITIVE, language: 'de', languageSupported: null });
        expect(await userTotal()).toEqual([2]);
        expect(await others()).toEqual([[0, 0]]);
      });

      it('moves when a newer score finds another language', async () => {
        const tweetId = anId();
        await put({ tweetId, createdTimestampMs: 1, ...GERMAN });
        await put({ tweetId, createdTimestampMs: 2 });
        expect([await userTotal(), await others()]).toEqual([[1], [[0, 0]]]);
        await put({ tweetId, createdTimestampMs: 3, ...GERMAN });
        expect([await userTotal(), await others()]).toEqual([[0], [[0, 1]]]);
        expect(await ranking()).toEqual([]);
      });

      it('is taken out by a purge of the tweet, its user or a topic', async () => {
        const english = await put();
        const german = await put(GERMAN);
        expect(await store.purgeTweet(german.tweetId)).toEqual({ rows: 1, contributions: 3 });
        expect([await userTotal(), await others()]).toEqual([[1], [[0, 0]]]);
        await store.purgeTweet(english.tweetId);
        expect(await user()).toBeNull();

        for (const language of [GERMAN, GERMAN, {}]) await put({ ...language, topics: ['#x'] });
        const purged = { rows: 3, contributions: 6 };
        expect(await store.purgeTopic('#x', 0, unrecorded)).toEqual(purged);
        expect([await user(), await topic('#x')]).toEqual([null, null]);
        for (const language of [GERMAN, GERMAN, {}]) await put({ ...language, topics: ['#y'] });
        expect(await store.purgeUser('2244994945', 0, unrecorded)).toEqual(purged);
        expect([await user(), await topic('#y')]).toEqual([null, null]);
      });

      it('expires each day bucket on its own day', async () => {
        await put();
        await put(GERMAN);
        await advance(200 * DAY_SECONDS);
        await put(GERMAN);
        await advance(DEFAULT_AGGREGATE_TTL_SECONDS - 100 * DAY_SECONDS);
        expect([await userTotal(), await others()]).toEqual([[0], [[0, 2]]]);
        expect(await ranking()).toEqual([]);
        await advance(100 * DAY_SECONDS);
        expect(await user()).toBeNull();
      });
    });

    describe('the same tweet', () => {
      it('counts once, however often it is written', async () => {
        const row = await put();
        await put(row);
        await store.putTweets([row, row].map((each) => ({ row: each, ttlSeconds: 60 })));
        expect(await userTotal()).toEqual([1]);
        expect(await total(topic('#phones'))).toEqual([1]);
        expect(await ranking()).toEqual([['2244994945', 1]]);
      });

      it.each([
        ['newer', 1, 'negative'],
        ['older', -1, 'positive'],
      ] as const)(
        'counts with its newest score after a re-score that is %s',
        async (_, offset, label) => {
          const { tweetId, createdTimestampMs } = await put(POSITIVE);
          await put({
            ...NEGATIVE,
            tweetId,
            createdTimestampMs: createdTimestampMs + offset,
            model: { name: 'other', revision: offset > 0 ? '000000000000' : 'ffffffffffff' },
          });
          const counts = { negative: 0, neutral: 0, positive: 0, [label]: 1 };
          expect((await user())?.buckets.map((bucket) => bucket.counts)).toEqual([counts]);
          expect((await store.mostActiveUsers(1))[0]?.counts).toEqual(counts);
        },
      );

      it.each([
        ['greater', 'ffffffffffff', 'negative'],
        ['lesser', '000000000000', 'positive'],
      ] as const)(
        'scored twice at the same time counts with the greater revision, here after a re-score by the %s one',
        async (_, revision, label) => {
          const { tweetId } = await put(POSITIVE);
          await put({ ...NEGATIVE, tweetId, model: { name: 'other', revision } });
          expect((await user())?.buckets[0]?.counts[label]).toBe(1);
        },
      );

      it('counts with its last row after the same model scored it twice at one time', async () => {
        const { tweetId } = await put({ ...POSITIVE, authorId: '5013' });
        const last = await put({ ...NEGATIVE, tweetId, authorId: '5014' });
        const [stored] = await store.getTweets([tweetId]);
        expect(stored).toMatchObject({ label: last.label, authorId: '5014' });
        expect((await user('5014'))?.buckets[0]?.counts).toMatchObject({
          negative: 1,
          positive: 0,
        });
        expect(await user('5013')).toBeNull();
      });

      const nowMs = Date.now();
      const yearAheadMs = nowMs + 365 * DAY_MS;
      it.each([
        ['now counts before one a year ahead that came first', yearAheadMs, nowMs, 'second'],
        ['now counts before one a year ahead that comes after it', nowMs, yearAheadMs, 'first'],
        ['30 s ahead counts before one of now', nowMs, nowMs + 30_000, 'second'],
        ['a year ahead counts by its time', yearAheadMs, yearAheadMs + 1, 'second'],
        ['a year ahead stays if an older one arrives late', yearAheadMs, yearAheadMs - 1, 'first'],
      ] as const)(
        'of a clock that may be wrong: a score of %s',
        async (_, first, second, counts) => {
          const { tweetId } = await put({ ...POSITIVE, createdTimestampMs: first });
          await put({ ...NEGATIVE, tweetId, createdTimestampMs: second });
          const label = counts === 'first' ? 'positive' : 'negative';
          expect((await store.getTweets([tweetId]))[0]?.label).toBe(label);
          expect((await user())?.buckets.map((bucket) => bucket.counts)).toEqual([
            { negative: 0, neutral: 0, positive: 0, [label]: 1 },
          ]);
        },
      );

      it('moves to the day and topics of its newest score', async () => {
        const { tweetId, createdTimestampMs } = await put();
        await put({
          tweetId,
          topics: ['$btc', '#new'],
          eventTimestampMs: DAY_START_MS + DAY_MS,
          createdTimestampMs: createdTimestampMs + 1,
        });
        expect((await user())?.buckets.map(({ day }) => day)).toEqual([DAY + 1]);
        expect(await topic('#phones')).toBeNull();
        expect(await total(topic('$btc'))).toEqual([1]);
        expect(await total(topic('#new'))).toEqual([1]);
      });

      it.each([
        ['first', 1],
        ['last', -1],
      ])(
        'keeps the author and plain topics that only one score has, here the one that came %s',
        async (_, offset) => {
          const { tweetId, createdTimestampMs } = await put({ topics: ['#phones', 'telephony'] });
          await put({
            tweetId,
            authorId: null,
            authorUsername: null,
            topics: ['#new', 'other'],
            createdTimestampMs: createdTimestampMs + offset,
          });
          expect(await userTotal()).toEqual([1]);
          expect(await total(topic('telephony'))).toEqual([1]);
          expect(await total(topic('other'))).toEqual([1]);
          expect(await topic(offset > 0 ? '#phones' : '#new')).toBeNull();
          expect(await store.purgeUser('2244994945', Date.now(), unrecorded)).toEqual({
            rows: 1,
            contributions: 4,
          });
        },
      );
    });

    describe('the most active users', () => {
      it('come with the most tweets first, as many as asked for', async () => {
        for (const id of ['1', '2', '2', '3', '3', '3']) {
          await put({ authorId: id, authorUsername: `user${id}` });
        }
        await put({ ...NEGATIVE, authorId: '3', authorUsername: 'user3' });
        expect(await store.mostActiveUsers(2)).toMatchObject([
          { id: '3', username: 'user3', counts: { negative: 1, neutral: 0, positive: 3 } },
          { id: '2', username: 'user2', counts: { negative: 0, neutral: 0, positive: 2 } },
        ]);
        expect(await ranking()).toEqual([
          ['3', 4],
          ['2', 2],
          ['1', 1],
        ]);
      });

      it('come in a fixed order if they have equally many', async () => {
        for (const id of ['9', '10', '2']) await put({ authorId: id });
        expect(await ranking()).toEqual([
          ['9', 1],
          ['2', 1],
          ['10', 1],
        ]);
      });
    });

    describe('the most active topics', () => {
      it('come with the most tweets first, with labels and other languages, as many as asked for', async () => {
        await put({ topics: ['#rare', '#often'] });
        await put({ ...NEGATIVE, topics: ['#often', '#some'] });
        await put({ topics: ['#often', '#some'] });
        await put({ topics: ['#often'], language: 'de', languageSupported: false });
        expect(await store.mostActiveTopics(2)).toEqual([
          {
            topic: '#often',
            counts: { negative: 1, neutral: 0, positive: 2 },
            otherLanguages: 1,
          },
          { topic: '#some', counts: { negative: 1, neutral: 0, positive: 1 }, otherLanguages: 0 },
        ]);
      });

      it('come in the order of their UTF-8 if they have equally many', async () => {
        await put({ topics: ['#a', '$b', 'plain', '#\u{e000}', '#\u{10428}'] });
        expect(await topicRanking()).toEqual([
          ['plain', 1],
          ['$b', 1],
          ['#\u{10428}', 1],
          ['#\u{e000}', 1],
          ['#a', 1],
        ]);
      });

      it('are those of the newest score, without tweets that were purged', async () => {
        const { tweetId, createdTimestampMs } = await put({ topics: ['#old', '#kept'] });
        await put({ tweetId, createdTimestampMs: createdTimestampMs + 1, topics: ['#kept'] });
        const { tweetId: purged } = await put({ topics: ['#kept', '#purged'] });
        await store.purgeTweet(purged);
        expect(await topicRanking()).toEqual([['#kept', 1]]);
        await store.purgeUser('2244994945', 0, unrecorded);
        expect(await topicRanking()).toEqual([]);
      });

      it('leave out a topic that was purged', async () => {
        await put({ topics: ['#gone', '#stays'] });
        await put({ topics: ['#stays'] });
        await store.purgeTopic('#gone', 0, unrecorded);
        expect(await topicRanking()).toEqual([['#stays', 1]]);
      });
    });

    describe('usernames', () => {
      const NAME = { eventTimestampMs: DAY_START_MS };

      it('are found in any case, and shown as written', async () => {
        await put({ authorUsername: 'SomeOne' });
        expect(await store.findUser('sOMEoNE')).toBe('2244994945');
        expect((await user())?.username).toBe('SomeOne');
      });

      it.each([
        ['in order', [1, 2]],
        ['newest first', [2, 1]],
      ])('are those of the newest event after a rename, written %s', async (_, order) => {
        for (const event of order) {
          await put({
            authorUsername: event === 2 ? 'new' : 'old',
            eventTimestampMs: DAY_START_MS + event,
          });
        }
        expect((await user())?.username).toBe('new');
        expect(await store.findUser('new')).toBe('2244994945');
        expect(await store.findUser('old')).toBe('2244994945');
        expect((await store.mostActiveUsers(1))[0]?.username).toBe('new');
      });

      it.each([
        ['in order', ['1', '2']],
        ['newest first', ['2', '1']],
      ])(
        'belong to the user of the newest event if two had the name, written %s',
        async (_, order) => {
          for (const id of order) {
            await put({
              authorId: id,
              authorUsername: 'taken',
              eventTimestampMs: DAY_START_MS + Number(id),
            });
          }
          expect(await store.findUser('taken')).toBe('2');
        },
      );

      it('are removed with the last tweet of the user', async () => {
        const { tweetId } = await put({ ...NAME, authorUsername: 'old' });
        const last = await put({ authorUsername: 'new', eventTimestampMs: DAY_START_MS + 1 });
        await store.purgeTweet(tweetId);
        expect(await store.findUser('old')).toBe('2244994945');
        await store.purgeTweet(last.tweetId);
        expect(await store.findUser('old')).toBeNull();
        expect(await store.findUser('new')).toBeNull();
      });

      it('are removed with the last day bucket of the user, even if written later', async () => {
        await put({ authorId: '1', authorUsername: null });
        await advance(150 * DAY_SECONDS);
        const named = await put({
          authorId: '1',
          authorUsername: 'Ann',
          eventTimestampMs: DAY_START_MS + DAY_MS,
        });
        await store.purgeTweet(named.tweetId);
        expect(await store.findUser('Ann')).toBe('1');
        await advance(399 * DAY_SECONDS);
        expect(await store.findUser('Ann')).toBeNull();
      });

      it('of a user whose last day bucket has ended are free for others', async () => {
        const named = {
          authorId: '1',
          authorUsername: 'Ann',
          eventTimestampMs: DAY_START_MS + DAY_MS,
        };
        await put({ authorId: '1', authorUsername: null });
        await advance(150 * DAY_SECONDS);
        const { tweetId } = await put(named);
        await store.purgeTweet(tweetId);
        await advance(250 * DAY_SECONDS + 1);
        await put({ authorId: '2', authorUsername: 'Ann', eventTimestampMs: DAY_START_MS });
        expect(await store.findUser('Ann')).toBe('2');
      });

      it('are not learned from an older score that names another author', async () => {
        const { tweetId, createdTimestampMs } = await put({ authorId: '1' });
        await put({
          tweetId,
          authorId: '2',
          authorUsername: 'Mallory',
          createdTimestampMs: createdTimestampMs - 1,
        });
        expect(await store.findUser('Mallory')).toBeNull();
        expect(await ranking()).toEqual([['1', 1]]);
      });

      it('of other users stay', async () => {
        await put({ authorId: '1', authorUsername: 'taken', eventTimestampMs: DAY_START_MS });
        await put({ authorId: '2', authorUsername: 'taken', eventTimestampMs: DAY_START_MS + 1 });
        await store.purgeUser('1', Date.now(), unrecorded);
        expect(await store.findUser('taken')).toBe('2');
      });
    });

    describe('the life', () => {
      const LIFE = DEFAULT_AGGREGATE_TTL_SECONDS;

      it('of a day bucket ends 400 days after its last write', async () => {
        await put();
        await advance(LIFE - 10);
        expect(await userTotal()).toEqual([1]);
        expect(await ranking()).toEqual([['2244994945', 1]]);
        expect(await topicRanking()).toHaveLength(2);
        await advance(11);
        expect(await user()).toBeNull();
        expect(await topic('#phones')).toBeNull();
        expect([await ranking(), await topicRanking()]).toEqual([[], []]);
      });

      it('of a day bucket counts from its last write, by whichever tweet', async () => {
        for (let i = 0; i < 4; i++) {
          await put({ createdTimestampMs: i });
          await advance(0.75 * LIFE);
        }
        expect(await userTotal()).toEqual([4]);
        await advance(0.25 * LIFE + 1);
        expect(await user()).toBeNull();
      });

      it('of one day bucket does not affect others, and leaves the rankings with its end', async () => {
        await put();
        await put({ authorId: '7', topics: [] });
        await put({ authorId: '7', topics: [] });
        await advance(LIFE - 10);
        await put({ eventTimestampMs: DAY_START_MS + DAY_MS });
        expect(await ranking()).toEqual([
          ['7', 2],
          ['2244994945', 2],
        ]);
        await advance(11);
        expect((await user())?.buckets.map(({ day }) => day)).toEqual([DAY + 1]);
        expect(await ranking()).toEqual([['2244994945', 1]]);
        expect(await topicRanking()).toEqual([
          ['$btc', 1],
          ['#phones', 1],
        ]);
        expect(await topic('#phones')).toHaveLength(1);
      });

      it('of a new day bucket starts without the tweets of the ended one, also if these are purged', async () => {
        const { tweetId } = await put();
        await put({ eventTimestampMs: DAY_START_MS + DAY_MS });
        await advance(LIFE - 10);
        await put({ eventTimestampMs: DAY_START_MS + DAY_MS });
        await advance(11);
        await put();
        expect(await userTotal()).toEqual([1, 2]);
        expect(await store.purgeTweet(tweetId)).toMatchObject({ contributions: 0 });
        expect(await userTotal()).toEqual([1, 2]);
        expect(await ranking()).toEqual([['2244994945', 3]]);
        expect(await topicRanking()).toEqual([
          ['$btc', 3],
          ['#phones', 3],
        ]);
      });

      it('of the index that a purge needs is at least that of the day bucket', async () => {
        const { tweetId } = await put();
        for (let i = 0; i < 5; i++) {
          await advance(0.9 * LIFE);
          await put();
        }
        expect(await userTotal()).toEqual([6]);
        expect(await store.purgeTweet(tweetId)).toMatchObject({ contributions: 3 });
        expect(await userTotal()).toEqual([5]);
      });

      it('of a day bucket is prolonged by every write of its tweets, so that it outlives their rows', async () => {
        const row = await put();
        await advance(LIFE - 10);
        await put({ ...row, createdTimestampMs: row.createdTimestampMs - 1 });
        await advance(LIFE - 10);
        expect(await userTotal()).toEqual([1]);
        await advance(11);
        expect(await user()).toBeNull();
      });

      it('of a contribution, once over, leaves nothing to merge with', async () => {
        const { tweetId, createdTimestampMs } = await put({ ...POSITIVE, topics: ['telephony'] });
        await advance(LIFE + 1);
        await put({ ...NEGATIVE, tweetId, createdTimestampMs: createdTimestampMs - 1, topics: [] });
        expect((await user())?.buckets[0]?.counts.negative).toBe(1);
        expect(await topic('telephony')).toBeNull();
      });
    });

    describe('purging a tweet', () => {
      it('removes it from all aggregates, also after its row has expired', async () => {
        const { tweetId } = await put();
        await put(NEGATIVE);
        await advance(DEFAULT_ROW_TTL_SECONDS + 1);
        expect(await store.purgeTweet(tweetId)).toEqual({ rows: 0, contributions: 3 });
        expect(await userTotal()).toEqual([1]);
        expect((await topic('$btc'))?.[0]?.counts).toEqual({
          negative: 1,
          neutral: 0,
          positive: 0,
        });
        expect(await ranking()).toEqual([['2244994945', 1]]);
      });

      it('forgets users and topics left without a tweet', async () => {
        const { tweetId } = await put();
        await store.purgeTweet(tweetId);
        expect(await user()).toBeNull();
        expect(await topic('#phones')).toBeNull();
        expect(await ranking()).toEqual([]);
      });

      it('stops it from being counted for a day', async () => {
        const row = await put();
        await store.purgeTweet(row.tweetId);
        expect(await store.putTweets([{ row, ttlSeconds: 60 }])).toEqual([false]);
        expect(await user()).toBeNull();
      });
    });

    describe.each([
      [
        'a user',
        '2244994945',
        '#other',
        (at: number, record = unrecorded) => store.purgeUser('2244994945', at, record),
      ],
      [
        'a topic',
        '7',
        '#phones',
        (at: number, record = unrecorded) => store.purgeTopic('#phones', at, record),
      ],
    ] as const)('purging %s', (_, authorId, tag, purge) => {
      /** Writes a row that the purge must remove. */
      const putMatching = (overrides: Partial<FeatureRow> = {}) =>
        put({ authorId, topics: [tag, '$btc'], ...overrides });

      it('removes every tweet and returns the numbers of rows and contributions', async () => {
        const rows = [
          await putMatching(),
          await putMatching(),
          await putMatching({ eventTimestampMs: 0 }),
        ];
        await putMatching({ ...rows[0], model: { name: 'older', revision: '000000000000' } });
        const other = await put({ authorId: '8', topics: ['$btc'] });
        expect(await purge(Date.now())).toEqual({ rows: 4, contributions: 9 });
        const ids = [...rows, other].map(({ tweetId }) => tweetId);
        expect(await store.getTweets(ids)).toEqual([null, null, null, other]);
        expect(await user(authorId)).toBeNull();
        expect(await topic(tag)).toBeNull();
        expect(await total(topic('$btc'))).toEqual([1]);
        expect(await ranking()).toEqual([['8', 1]]);
        expect(await purge(Date.now())).toEqual({ rows: 0, contributions: 0 });
      });

      it('announces the tweets of each step and purges them only afterwards', async () => {
        const ids = (await Promise.all(Array.from({ length: 700 }, () => putMatching()))).map(
          ({ tweetId }) => tweetId,
        );
        const told: string[] = [];
        await purge(Date.now(), async (step) => {
          told.push(...step);
          expect((await store.getTweets(step)).every(Boolean)).toBe(true);
        });
        expect(told.toSorted()).toEqual(ids.toSorted());
      });

      it('purges nothing if the announcement fails, and succeeds when called again', async () => {
        const { tweetId } = await putMatching();
        const failure = new Error('the disk is full');
        await expect(purge(Date.now(), () => Promise.reject(failure))).rejects.toBe(failure);
        expect(await store.getTweets([tweetId])).not.toEqual([null]);
        expect(await purge(Date.now())).toEqual({ rows: 1, contributions: 3 });
      });

      it('removes more tweets than fit in one step', async () => {
        const writes = Array.from({ length: 1_234 }, () => ({
          row: aRow({ tweetId: anId(), authorId, topics: [tag] }),
          ttlSeconds: 60,
        }));
        await store.putTweets(writes);
        expect(await purge(Date.now())).toEqual({ rows: 1_234, contributions: 2_468 });
        expect(await ranking()).toEqual([]);
      });

      it('blocks for a day rows scored up to the purge, and no others', async () => {
        const at = Date.now();
        await purge(at);
        const write = (createdTimestampMs: number) =>
          store.putTweets([
            {
              row: aRow({ tweetId: anId(), authorId, topics: [tag], createdTimestampMs }),
              ttlSeconds: 60,
            },
          ]);
        await advance(DAY_SECONDS - 10);
        expect(await write(at)).toEqual([false]);
        expect(await write(at + 1)).toEqual([true]);
        expect(await total(topic(tag))).toEqual([1]);
        await advance(11);
        expect(await write(at)).toEqual([true]);
      });

      it('finds tweets whose rows have expired', async () => {
        await putMatching();
        await advance(DEFAULT_ROW_TTL_SECONDS + 1);
        expect(await purge(Date.now())).toEqual({ rows: 0, contributions: 3 });
      });

      it('leaves no row that is written at the same time and was scored before', async () => {
        const at = Date.now();
        const writes = Array.from({ length: 300 }, () => ({
          row: aRow({ tweetId: anId(), authorId, topics: [tag], createdTimestampMs: at - 1 }),
          ttlSeconds: 60,
        }));
        await store.putTweets(writes.slice(0, 150));
        await Promise.all([
          ...writes.slice(150).map((write) => store.putTweets([write])),
          purge(at),
        ]);
        expect(await topic(tag)).toBeNull();
        expect(await user(authorId)).toBeNull();
        expect((await store.getTweets(writes.map(({ row }) => row.tweetId))).some(Boolean)).toBe(
          false,
        );
      });
    });
  });
}
