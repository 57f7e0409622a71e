import { randomInt } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FeatureStore } from '../../service/application/ports/feature-store.ts';
import { DEFAULT_ROW_TTL_SECONDS } from '../../service/contract/feature-store.ts';
import { RowRejectedError } from '../../service/domain/errors.ts';
import type { FeatureRow } from '../../service/domain/feature-row.ts';
import type { ModelIdentity } from '../../service/domain/sentiment.ts';
import { MAX_TIMESTAMP_MS } from '../../service/feature-store/row-fault.ts';
import { allOutdated } from '../helpers/all-outdated.ts';
import { rebuildAll } from '../helpers/rebuild-all.ts';

export const IDENTITY: ModelIdentity = {
  name: 'fake-model',
  revision: '0123456789ab',
  preprocessingVersion: 1,
};

const DAY_SECONDS = 86_400;
/** The days around that of `aRow`. */
const DAYS = { from: 18_900, to: 19_000 };

/** A new, empty store of `IDENTITY`, and a clock for it. */
export interface StoreUnderTest {
  readonly store: FeatureStore;
  /** Lets time pass for everything stored so far. */
  advance(seconds: number): Promise<void>;
}

/** A tweet id that no other test uses. */
export function anId(): string {
  return `${randomInt(1, 2 ** 47)}${randomInt(1_000, 9_999)}`;
}

export function aRow(overrides: Partial<FeatureRow> = {}): FeatureRow {
  return {
    tweetId: '1460323737035677698',
    authorId: '2244994945',
    authorUsername: 'someone',
    topics: ['#phones', '$btc'],
    eventTimestampMs: Date.UTC(2021, 10, 15, 19, 8, 5),
    createdTimestampMs: Date.UTC(2026, 10, 23, 8, 0, 0, 123),
    model: { name: IDENTITY.name, revision: IDENTITY.revision },
    preprocessingVersion: IDENTITY.preprocessingVersion,
    label: 'positive',
    scores: { negative: 0.05, neutral: 0.15, positive: 0.8 },
    truncated: false,
    text: 'I love this phone',
    language: 'en',
    languageSupported: true,
    ...overrides,
  };
}

/** Behavior of rows that every feature store must have; run it on each adapter. */
export function featureStoreContract(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`${name} as a feature store`, () => {
    let store: FeatureStore;
    let advance: StoreUnderTest['advance'];

    beforeEach(async () => {
      ({ store, advance } = await makeStore());
    });
    afterEach(() => store.close());

    const put = (row: FeatureRow, ttlSeconds = DEFAULT_ROW_TTL_SECONDS) =>
      store.putTweets([{ row, ttlSeconds }]);
    const get = async (id: string) => (await store.getTweets([id]))[0];

    describe('reading', () => {
      it('returns a row as it was written', async () => {
        const row = aRow({ tweetId: anId() });
        expect(await put(row)).toEqual([true]);
        expect(await get(row.tweetId)).toEqual(row);
      });

      it.each<[string, Partial<FeatureRow>]>([
        ['without its text', { text: null }],
        ['with an empty text', { text: '' }],
        ['of an unknown author', { authorId: null, authorUsername: null }],
        ['without topics', { topics: [] }],
        ['that was truncated', { truncated: true }],
        ['of another language', { language: 'de', languageSupported: false }],
        ['of an undetermined language', { language: null, languageSupported: null }],
        ['of a model of unknown languages', { language: 'fil', languageSupported: null }],
        [
          'with a text of many scripts',
          { text: 'naïve 🙂‍↔️ 日本語 "\\\n\u0000', topics: ['#日本'] },
        ],
        ['with half a surrogate pair', { text: 'cut \ud83d' }],
        ['with scores at their limits', { scores: { negative: 0, neutral: 0, positive: 1 } }],
        [
          'with scores of full precision',
          { scores: { negative: 0.1 + 0.2, neutral: 1e-17, positive: 1 - (0.1 + 0.2) } },
        ],
        ['as old as the clock', { eventTimestampMs: 0 }],
        ['of the last day of year 9999', { eventTimestampMs: MAX_TIMESTAMP_MS }],
      ])('keeps a row %s as it is', async (_, overrides) => {
        const row = aRow({ tweetId: anId(), ...overrides });
        await put(row);
        expect(await get(row.tweetId)).toEqual(row);
      });

      it('returns as many rows as asked for, in their order, null where absent', async () => {
        const [one, two, absent] = [aRow({ tweetId: anId() }), aRow({ tweetId: anId() }), anId()];
        await store.putTweets([one, two].map((row) => ({ row, ttlSeconds: 60 })));
        const ids = [two.tweetId, absent, one.tweetId, two.tweetId, absent];
        expect(await store.getTweets(ids)).toEqual([two, null, one, two, null]);
        expect(await store.getTweets(ids)).toEqual([two, null, one, two, null]);
      });

      it('takes hundreds of rows in one batch', async () => {
        const rows = Array.from({ length: 500 }, () => aRow({ tweetId: anId() }));
        const writes = rows.map((row) => ({ row, ttlSeconds: 60 }));
        expect(await store.putTweets(writes)).toEqual(rows.map(() => true));
        expect(await store.getTweets(rows.map((row) => row.tweetId))).toEqual(rows);
      });

      it.each<[string, Partial<FeatureRow>]>([
        ['a time before 1970', { eventTimestampMs: -1 }],
        ['the time of year 1', { eventTimestampMs: Date.parse('0001-01-01T00:00:00Z') }],
        ['the time of year 10000', { eventTimestampMs: Date.parse('+010000-01-01T00:00:00Z') }],
        ['a time that is not a number', { createdTimestampMs: Number.NaN }],
        ['a time with a fraction', { eventTimestampMs: 1.5 }],
        ['an id that is not a number', { tweetId: 'abc' }],
        ['an author id with a zero in front', { authorId: '01' }],
        ['a username with a space', { authorUsername: 'a b' }],
        ['a topic that is not normal', { topics: ['#Tea'] }],
        ['a short revision', { model: { name: IDENTITY.name, revision: '0123' } }],
        ['a negative preprocessing version', { preprocessingVersion: -1 }],
        ['a score that is not finite', { scores: { negative: NaN, neutral: 0, positive: 1 } }],
      ])('rejects a row with %s alone, and writes the others of its batch', async (_, fault) => {
        const [first, last] = [aRow({ tweetId: anId() }), aRow({ tweetId: anId() })];
        const bad = aRow({ tweetId: anId(), ...fault });
        const writes = [first, bad, last].map((row) => ({ row, ttlSeconds: 60 }));
        expect(await store.putTweets(writes)).toEqual([true, expect.any(RowRejectedError), true]);
        expect(await store.getTweets([first.tweetId, last.tweetId])).toEqual([first, last]);
        expect(await put(bad)).toEqual([expect.any(RowRejectedError)]);
      });

      it('does nothing for an empty batch', async () => {
        expect(await store.getTweets([])).toEqual([]);
        expect(await store.putTweets([])).toEqual([]);
      });

      it.each<[string, Partial<FeatureRow>]>([
        ['model revision', { model: { name: IDENTITY.name, revision: 'ba9876543210' } }],
        ['preprocessing version', { preprocessingVersion: 2 }],
      ])('never serves a row of another %s', async (_, overrides) => {
        const other = aRow({ tweetId: anId(), ...overrides });
        await put(other);
        expect(await get(other.tweetId)).toBeNull();
        const own = aRow({ tweetId: other.tweetId });
        await put(own);
        expect(await get(other.tweetId)).toEqual(own);
      });
    });

    describe('writing', () => {
      it('replaces an older row', async () => {
        const row = aRow({ tweetId: anId() });
        const newer = { ...row, text: 'edited', createdTimestampMs: row.createdTimestampMs + 1 };
        await put(row);
        expect(await get(row.tweetId)).toEqual(row);
        await put(newer);
        expect(await get(row.tweetId)).toEqual(newer);
      });

      it('keeps a row of the same version that was scored later', async () => {
        const row = aRow({ tweetId: anId() });
        const late = { ...row, text: 'old', createdTimestampMs: row.createdTimestampMs - 1 };
        await put(row);
        expect(await put(late)).toEqual([true]);
        expect(await get(row.tweetId)).toEqual(row);
      });

      it.each([300, DEFAULT_ROW_TTL_SECONDS])('keeps a row for exactly %i s', async (seconds) => {
        const row = aRow({ tweetId: anId() });
        await put(row, seconds);
        await advance(seconds - 10);
        expect(await get(row.tweetId)).toEqual(row);
        await advance(11);
        expect(await get(row.tweetId)).toBeNull();
      });

      it('counts the life of a row from its last write', async () => {
        const row = aRow({ tweetId: anId() });
        await put(row, 300);
        await advance(200);
        await put(row, 300);
        await advance(200);
        expect(await get(row.tweetId)).toEqual(row);
        await put(row, 100);
        await advance(150);
        expect(await get(row.tweetId)).toBeNull();
      });
    });

    describe('a row with a score that is not finite', () => {
      it.each([Number.NaN, Number.POSITIVE_INFINITY])(
        'is rejected and leaves nothing behind: %d',
        async (score) => {
          const row = aRow({ tweetId: anId(), authorId: '77', topics: ['#not-finite'] });
          const broken = { ...row, scores: { ...row.scores, positive: score } };
          expect(await put(broken)).toEqual([expect.any(RowRejectedError)]);
          expect(await get(row.tweetId)).toBeNull();
          expect(await store.topicBuckets('#not-finite', DAYS)).toBeNull();
          expect(await store.userBuckets('77', DAYS)).toBeNull();
          await put(row);
          expect(await get(row.tweetId)).toEqual(row);
          expect(await store.purgeTweet(row.tweetId)).toEqual({ rows: 1, contributions: 2 });
        },
      );
    });

    describe('purging', () => {
      it('removes the rows of every version and returns how many', async () => {
        const id = anId();
        await put(aRow({ tweetId: id }));
        await put(aRow({ tweetId: id, model: { name: 'older', revision: 'ba9876543210' } }), 300);
        await put(aRow({ tweetId: id, preprocessingVersion: 2 }));
        await get(id);
        expect(await store.purgeTweet(id)).toEqual({ rows: 3, contributions: 3 });
        expect(await get(id)).toBeNull();
        expect(await store.purgeTweet(id)).toEqual({ rows: 0, contributions: 0 });
      });

      it('keeps other tweets', async () => {
        const [gone, kept] = [aRow({ tweetId: '123' }), aRow({ tweetId: '1234' })];
        await put(gone);
        await put(kept);
        await store.purgeTweet(gone.tweetId);
        expect(await store.getTweets(['123', '1234'])).toEqual([null, kept]);
      });

      it('removes nothing if nothing is stored, and does not count expired rows', async () => {
        const id = anId();
        expect(await store.purgeTweet(id)).toEqual({ rows: 0, contributions: 0 });
        const expired = aRow({ tweetId: anId() });
        await put(expired, 300);
        await advance(301);
        expect(await store.purgeTweet(expired.tweetId)).toMatchObject({ rows: 0 });
      });

      it('blocks writes of the tweet, and of no other, for a day', async () => {
        const [purged, other] = [aRow({ tweetId: anId() }), aRow({ tweetId: anId() })];
        await store.purgeTweet(purged.tweetId);
        await advance(DAY_SECONDS - 10);
        const writes = [purged, other].map((row) => ({ row, ttlSeconds: 60 }));
        expect(await store.putTweets(writes)).toEqual([false, true]);
        expect(await store.getTweets([purged.tweetId, other.tweetId])).toEqual([null, other]);

        await advance(11);
        expect(await put(purged)).toEqual([true]);
        expect(await get(purged.tweetId)).toEqual(purged);
      });
    });

    describe('listing tweets whose score that counts is not of the present model version', () => {
      const OTHER = { name: 'fake-model', revision: 'ba9876543210' };

      it('gives the newest text of each tweet with the rest of its life', async () => {
        const [older, newer, present] = [anId(), anId(), anId()];
        const versions = { model: OTHER, createdTimestampMs: 5 };
        await put(aRow({ ...versions, tweetId: older }), 3_600);
        await put(aRow({ ...versions, tweetId: newer }));
        await put(
          aRow({ ...versions, tweetId: newer, preprocessingVersion: 9, createdTimestampMs: 6 }),
          7_200,
        );
        await put(aRow({ ...versions, tweetId: present }));
        await put(aRow({ tweetId: present }));
        await advance(600);
        const { outdated, ...rest } = await allOutdated(store);
        const found = new Map(outdated.map((write) => [write.row.tweetId, write]));
        expect(rest).toEqual({ present: 1, withoutText: 0 });
        expect(found.size).toBe(2);
        expect(found.get(older)).toMatchObject({
          row: { text: aRow().text, topics: aRow().topics, createdTimestampMs: 5 },
        });
        expect(found.get(newer)).toMatchObject({ row: { createdTimestampMs: 6 } });
        // Redis tells whole seconds.
        expect(Math.abs((found.get(older)?.ttlSeconds ?? 0) - 3_000)).toBeLessThan(60);
        expect(Math.abs((found.get(newer)?.ttlSeconds ?? 0) - 6_600)).toBeLessThan(60);
      });

      it('gives the text of the score that counts, not that of a clock a year ahead', async () => {
        const row = aRow({ tweetId: anId(), model: OTHER, createdTimestampMs: Date.now() });
        const yearAheadMs = row.createdTimestampMs + 365 * DAY_SECONDS * 1_000;
        await put({ ...row, text: 'ahead', createdTimestampMs: yearAheadMs });
        await put({ ...row, text: 'present', preprocessingVersion: 9 });
        const { outdated } = await allOutdated(store);
        expect(outdated.map((write) => write.row.text)).toEqual(['present']);
      });

      it('counts tweets whose text is not stored, has expired, or is older than the score that counts', async () => {
        await put(aRow({ tweetId: anId(), model: OTHER, text: null }));
        await put(aRow({ tweetId: anId(), model: OTHER }), 60);
        const edited = aRow({ tweetId: anId(), model: OTHER, createdTimestampMs: 5 });
        await put(edited);
        await put({ ...edited, preprocessingVersion: 9, createdTimestampMs: 6 }, 60);
        await advance(61);
        expect(await allOutdated(store)).toEqual({ present: 0, withoutText: 3, outdated: [] });
      });

      it('gives a tweet that another version scored later: its newest text, or else its row of the present version', async () => {
        const [withText, without] = [anId(), anId()];
        for (const tweetId of [withText, without]) await put(aRow({ tweetId, text: null }));
        const later = { model: OTHER, createdTimestampMs: aRow().createdTimestampMs + 1 };
        await put(aRow({ ...later, tweetId: withText }));
        await put(aRow({ ...later, tweetId: without, text: null }));
        const { outdated, ...rest } = await allOutdated(store);
        expect(rest).toEqual({ present: 0, withoutText: 0 });
        expect(new Map(outdated.map(({ row }) => [row.tweetId, row.model.revision]))).toEqual(
          new Map([
            [withText, OTHER.revision],
            [without, IDENTITY.revision],
          ]),
        );
      });

      it('takes a tweet for present when its row of the present version has expired', async () => {
        await put(aRow({ tweetId: anId() }), 60);
        await advance(61);
        expect(await allOutdated(store)).toEqual({ present: 1, withoutText: 0, outdated: [] });
      });

      it('gives every tweet of many pages', async () => {
        const ids = Array.from({ length: 450 }, anId);
        await store.putTweets(
          ids.map((tweetId) => ({ row: aRow({ tweetId, model: OTHER }), ttlSeconds: 60 })),
        );
        const { outdated } = await allOutdated(store);
        expect(new Set(outdated.map(({ row }) => row.tweetId))).toEqual(new Set(ids));
      });
    });

    it('rebuilds nothing where nothing is lost, tweet by tweet and user by user', async () => {
      const rows = Array.from({ length: 20 }, (_, index) =>
        aRow({ tweetId: anId(), authorId: `${1 + (index % 3)}`, authorUsername: null }),
      );
      await store.putTweets(rows.map((row) => ({ row, ttlSeconds: 600 })));
      const [purged] = rows;
      await store.purgeTweet(purged?.tweetId ?? '');
      const before = await store.mostActiveUsers(10);
      const { checked: _, ...found } = await rebuildAll(store);
      expect(found).toEqual({
        ...{ rows: 0, contributions: 0, usernames: 0, entities: 0, tooLarge: 0, purged: [] },
      });
      expect(await store.mostActiveUsers(10)).toEqual(before);
    });
  });
}
