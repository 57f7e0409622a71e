import { describe, expect, it } from '@jest/globals';
import { type Fields, scoredRow } from '../../../cli/features/load/scored-row.ts';

const DEFAULTS = { prefix: '', scoredAt: '2026-11-23T08:00:00.000Z' };
const SCORED = {
  label: 'positive',
  ...{ score_negative: 0.05, score_neutral: 0.15, score_positive: 0.8 },
  ...{ truncated: false, language: 'en', language_supported: true },
  ...{ model_name: 'minilm', model_revision: '0123456789ab' },
};
const ROW = {
  scores: { negative: 0.05, neutral: 0.15, positive: 0.8 },
  ...{ truncated: false, language: 'en', languageSupported: true },
  model: { name: 'minilm', revision: '0123456789ab' },
  scoredAt: DEFAULTS.scoredAt,
};
const ID = '1460323737035677601';
const LONG = '2126000000000000123';
const USER = { id: 7, id_str: '7', screen_name: 'Ann' };
const ENTITIES = { hashtags: [], symbols: [], urls: [{}], user_mentions: [{ screen_name: 'bob' }] };
const asCells = (fields: Fields) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));

describe('a scored row', () => {
  it.each<[string, Fields, object]>([
    ['of CSV', { id: ID, text: 'hi', ...asCells(SCORED) }, { id: ID, text: 'hi' }],
    [
      'of CSV, with all that tells of a tweet',
      {
        ...{ Tweet_ID: ID, text: 'hi', user_id: '7', screen_name: '@Ann', ...asCells(SCORED) },
        created_at: 'Mon Nov 15 19:08:05 +0000 2021',
      },
      {
        ...{ id: ID, text: 'hi', author_id: '7', author: { id: '7', username: 'Ann' } },
        created_at: '2021-11-15T19:08:05.000Z',
      },
    ],
    [
      'of JSON Lines, a tweet of X',
      {
        ...{ id: ID, text: 'hi', author_id: '7', public_metrics: {}, ...SCORED },
        entities: { hashtags: [{ tag: 'a' }] },
      },
      { id: ID, text: 'hi', author_id: '7', entities: { hashtags: [{ tag: 'a' }] } },
    ],
    [
      'of JSON Lines, a tweet of an archive',
      { id_str: ID, full_text: 'hi', user: { id_str: '7', screen_name: 'Ann' }, ...SCORED },
      { id: ID, text: 'hi', author_id: '7', author: { id: '7', username: 'Ann' } },
    ],
    [
      'of a bulk result, with its record',
      { id: ID, text: 'hi', record: '{"author_id":"7","text":"RT hi"}', ...SCORED },
      { id: ID, text: 'hi', author_id: '7' },
    ],
    [
      'of CSV, whose id and text are named as those of X',
      {
        ...{ id: '22', text: 'hi', user_id: '7', username: 'Ann', ...asCells(SCORED) },
        created_at: '2006-03-21 20:50:14+00',
      },
      {
        ...{ id: '22', text: 'hi', author_id: '7', author: { id: '7', username: 'Ann' } },
        created_at: '2006-03-21T20:50:14.000Z',
      },
    ],
    [
      'of an archive, whose id may be rounded',
      { id: '2', id_str: '1460323737035677698', text: 'hi', ...SCORED },
      { id: '1460323737035677698', text: 'hi' },
    ],
    [
      'of a bulk result, whose record has long ids as numbers',
      { id: ID, text: 'hi', record: '{"author_id":1234567890123456789}', ...SCORED },
      { id: ID, text: 'hi', author_id: '1234567890123456789' },
    ],
    [
      'whose time has no zone, by the time of its id',
      { id: '1460323737035677698', created_at: '2021-11-15 19:08:05', ...asCells(SCORED) },
      { id: '1460323737035677698', created_at: '2021-11-15 19:08:05' },
    ],
    [
      'of JSON Lines, a tweet of v1.1 without hashtags, whose id is a long number',
      { id: LONG, id_str: LONG, text: 'hi', user: USER, entities: ENTITIES, ...SCORED },
      {
        ...{ id: LONG, text: 'hi', author_id: '7', author: { id: '7', username: 'Ann' } },
        entities: { hashtags: [], cashtags: [] },
      },
    ],
    [
      'of JSON Lines, a retweet of v1.1 of a long tweet',
      {
        ...{ id: LONG, id_str: LONG, text: 'RT @bob: wh…', user: USER, entities: ENTITIES },
        retweeted_status: { text: 'wh…', extended_tweet: { full_text: 'whole #a' } },
        ...SCORED,
      },
      { id: LONG, text: 'whole #a', author_id: '7', author: { id: '7', username: 'Ann' } },
    ],
    [
      'of a bulk result of v1.1, with its record',
      {
        ...{ id: LONG, text: 'hi', ...SCORED },
        record: JSON.stringify({ id_str: LONG, text: 'hi', user: USER }),
      },
      { id: LONG, text: 'hi', author_id: '7', author: { id: '7', username: 'Ann' } },
    ],
    [
      'of a bulk result of an archive, with its record',
      {
        ...{ id: LONG, text: 'hi', ...SCORED },
        record: JSON.stringify({ tweet: { id_str: LONG, full_text: 'hi', lang: 'en' } }),
      },
      { id: LONG, text: 'hi', lang: 'en' },
    ],
    [
      'of CSV, whose id is named as that of v1.1',
      { id_str: ID, text: 'hi', author_id: '7', ...asCells(SCORED) },
      { id: ID, text: 'hi', author_id: '7' },
    ],
    [
      'of CSV with a column without a name, as pandas and R write the numbers of rows',
      { '': '17', id: ID, text: 'hi', ...asCells(SCORED) },
      { id: ID, text: 'hi' },
    ],
    [
      'of CSV, whose columns differ by case only',
      { ID: '5', Text: 'other', id: ID, text: 'hi', ...asCells(SCORED) },
      { id: ID, text: 'hi' },
    ],
    [
      "of twarc's CSV, with the whole text of a long post",
      { id: ID, text: 'cut o…', 'note_tweet.text': 'cut off no more', ...asCells(SCORED) },
      { id: ID, text: 'cut off no more' },
    ],
    [
      "of twarc's CSV, a short post with its author",
      {
        ...{ id: ID, text: 'short', 'note_tweet.text': '', author_id: '7' },
        ...asCells(SCORED),
      },
      { id: ID, text: 'short', author_id: '7' },
    ],
    [
      'of v1.1 without a text',
      { id_str: ID, user: USER, ...SCORED },
      { id: ID, author_id: '7', author: { id: '7', username: 'Ann' } },
    ],
    [
      'of v2 without a text',
      { id: ID, author: { id: '7', username: 'Ann' }, ...SCORED },
      { id: ID, author: { id: '7', username: 'Ann' } },
    ],
    ['without a text', { tweet_id: ID, ...SCORED }, { id: ID }],
    [
      'with a name but no author id, which it keeps apart',
      { tweet_id: ID, screen_name: '@Ann', ...SCORED },
      { id: ID, username: 'Ann' },
    ],
  ])('%s is understood', (_, fields, tweet) => {
    expect(scoredRow(fields, DEFAULTS)).toEqual({ tweet, ...ROW });
  });

  it('keeps its own time and versions, and takes what it lacks from its file', () => {
    const { model_name, model_revision, ...rest } = SCORED;
    const folders = { modelName: 'other', modelRevision: 'ba9876543210' };
    expect(
      scoredRow(
        { id: ID, ...rest, scored_at: '2026-11-20T01:00:00+01:00', preprocessing_version: '2' },
        { ...DEFAULTS, ...folders },
      ),
    ).toMatchObject({
      ...{ model: { name: 'other', revision: 'ba9876543210' }, preprocessingVersion: 2 },
      scoredAt: '2026-11-20T00:00:00.000Z',
    });
  });

  it.each([
    [true, ['true', 'TRUE', 't', '1', '1.0', 1, true]],
    [false, ['false', 'False', 'f', '0', '0.0', 0, false]],
  ])('understands %s as pandas, PostgreSQL and spreadsheets write it', (value, written) => {
    for (const cell of written) {
      const fields = { id: ID, ...SCORED, truncated: cell, language_supported: cell };
      expect([cell, scoredRow(fields, DEFAULTS)]).toEqual([
        cell,
        expect.objectContaining({ truncated: value, languageSupported: value }),
      ]);
    }
  });

  it('lacks what an empty cell could tell', () => {
    const fields = { id: ID, ...SCORED, truncated: '', language_supported: '' };
    expect(scoredRow(fields, DEFAULTS)).toMatchObject({
      truncated: false,
      languageSupported: null,
    });
  });

  it('has its scores behind the prefix that tss score was given', () => {
    const prefixed = Object.entries(SCORED).map(([name, value]) => [`p_${name}`, value]);
    const fields = { id: ID, label: 'spam', ...Object.fromEntries(prefixed) };
    expect(scoredRow(fields, { ...DEFAULTS, prefix: 'p_' })).toEqual({
      tweet: { id: ID },
      ...ROW,
    });
  });

  it.each<[string, Fields, RegExp]>([
    ['without an id', { ...SCORED, text: 'hi' }, /has no tweet id/],
    ['with a rounded id', { ...SCORED, id: 1.4603237370356777e18 }, /rounded id; keep ids as text/],
    ['with an id of another form', { ...SCORED, id: '1.46E+18' }, /tweet id '1.46E\+18', which/],
    [
      'with a name for an author id',
      { ...SCORED, id: ID, author_id: 'ann' },
      /its author_id is not as X writes it, got "ann"/,
    ],
    ['without scores', { ...SCORED, id: ID, score_neutral: '' }, /has no scores/],
    ['with a score above 1', { ...SCORED, id: ID, score_neutral: '15' }, /from 0 to 1/],
    ['with a label that is not its highest', { ...SCORED, id: ID, label: 'neutral' }, /highest/],
    [
      'with another word for true',
      { ...SCORED, id: ID, language_supported: 'WAHR' },
      /has the language_supported 'WAHR', which must be true or false/,
    ],
    [
      'with a word that objects of JavaScript know',
      { ...SCORED, id: ID, truncated: 'constructor' },
      /has the truncated 'constructor', which must be true or false/,
    ],
    ['without a revision', { ...SCORED, id: ID, model_revision: '' }, /does not tell its model/],
    ['with a revision of another form', { ...SCORED, id: ID, model_revision: 'main' }, /12 hex/],
    [
      'with a time without a zone and an id without a time',
      { ...SCORED, id: '20', created_at: '2006-03-21 20:50:14' },
      /has the time '2006-03-21 20:50:14' and an id without a time/,
    ],
    [
      'scored at a time without a zone',
      { ...SCORED, id: ID, scored_at: '2026-11-20 01:00:00' },
      /has the scored_at '2026-11-20 01:00:00'.*with its zone/,
    ],
  ])('%s is left out with the reason', (_, fields, reason) => {
    expect(scoredRow(fields, DEFAULTS)).toEqual(expect.stringMatching(reason));
  });
});
