import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { outcomesFromX, parseXLookup } from '../../../../service/tweet-source/x-format/lookup.ts';

const NOT_FOUND = {
  value: '21',
  detail: 'Could not find tweet with ids: [21].',
  title: 'Not Found Error',
  resource_type: 'tweet',
  parameter: 'ids',
  resource_id: '21',
  type: 'https://api.twitter.com/2/problems/resource-not-found',
};
const NOT_AUTHORIZED = {
  ...NOT_FOUND,
  value: '22',
  resource_id: '22',
  title: 'Authorization Error',
  section: 'data',
  type: 'https://api.twitter.com/2/problems/not-authorized-for-resource',
};
const tweet = (id: string, more = {}) => ({ id, text: `text ${id}`, ...more });

const statuses = (body: unknown, ids: string[]) =>
  outcomesFromX(parseXLookup(body), ids).map(({ status }) => status);

describe('outcomesFromX', () => {
  it('returns outcomes in the order of the ids, for any order of the answer', () => {
    const body = {
      data: [tweet('23', { withheld: { country_codes: ['DE'] } }), tweet('20')],
      errors: [NOT_AUTHORIZED, NOT_FOUND],
    };
    expect(outcomesFromX(parseXLookup(body), ['20', '21', '22', '23'])).toEqual([
      { status: 'found', tweet: expect.objectContaining({ id: '20', text: 'text 20' }) },
      { status: 'not_found' },
      { status: 'protected' },
      { status: 'withheld' },
    ]);
  });

  it('reads an answer with only errors, which X sends with status 200', () => {
    expect(statuses({ errors: [NOT_FOUND] }, ['21'])).toEqual(['not_found']);
  });

  it('reads a single tweet outside a list', () => {
    expect(statuses({ data: tweet('20') }, ['20'])).toEqual(['found']);
  });

  it('prefers data to an error about the same tweet', () => {
    const error = { ...NOT_FOUND, resource_id: '20', field: 'withheld', section: 'includes' };
    expect(statuses({ data: [tweet('20')], errors: [error] }, ['20'])).toEqual(['found']);
  });

  it('ignores errors about an author or an original that was not requested', () => {
    const aboutUser = { ...NOT_FOUND, resource_type: 'user' };
    const aboutOriginal = { ...NOT_FOUND, resource_id: '9', value: '9', section: 'includes' };
    expect(statuses({ errors: [aboutUser, aboutOriginal] }, ['21'])).toEqual(['failed']);
  });

  it('identifies a tweet by value without a resource_id', () => {
    const { resource_id, ...error } = NOT_FOUND;
    expect(statuses({ errors: [error] }, ['21', '20'])).toEqual(['not_found', 'failed']);
  });

  describe('an error without a tweet id', () => {
    const { resource_id, value, ...nameless } = NOT_FOUND;
    const capped = { type: 'https://api.twitter.com/2/problems/usage-capped', period: 'Daily' };

    it('applies to the only requested tweet', () => {
      expect(statuses({ errors: [nameless] }, ['21'])).toEqual(['not_found']);
      expect(statuses({ errors: [{ code: 144, message: 'No status' }] }, ['21'])).toEqual([
        'not_found',
      ]);
    });

    it('is not accepted for the code of an unknown page, which a wrong address gets', () => {
      expect(statuses({ errors: [{ code: 34, message: 'No such page' }] }, ['21'])).toEqual([
        'failed',
      ]);
    });

    it('purges none of several tweets', () => {
      expect(statuses({ errors: [nameless] }, ['21', '22'])).toEqual(['failed', 'failed']);
    });

    it('is not accepted for its status alone, which any gateway sends', () => {
      const gateway = { status: 404, type: 'about:blank', title: 'Not Found' };
      expect(statuses({ errors: [gateway] }, ['21'])).toEqual(['failed']);
      expect(statuses({ errors: [{ ...gateway, value: '21' }] }, ['21'])).toEqual(['not_found']);
    });

    it('limits all that are not there', () => {
      const body = { data: [tweet('20')], errors: [capped] };
      expect(statuses(body, ['20', '21', '22'])).toEqual(['found', 'limited', 'limited']);
    });
  });

  it('finds a tweet by an older id of its edit history, unless X returns that version', () => {
    const edited = tweet('29', { edit_history_tweet_ids: ['20', '29'] });
    const found = (body: unknown) =>
      outcomesFromX(parseXLookup(body), ['20']).map((o) => o.status === 'found' && o.tweet.text);
    expect(found({ data: [edited] })).toEqual(['text 29']);
    expect(found({ data: [tweet('20'), edited] })).toEqual(['text 20']);
    expect(statuses({ data: [{ ...edited, withheld: {} }] }, ['20'])).toEqual(['withheld']);
  });

  it('reads nulls as absent fields, as proxies and serializers write them', () => {
    const nulls = { author_id: null, entities: null, edit_controls: null, withheld: null };
    const body = {
      data: [tweet('20', { ...nulls, referenced_tweets: [null], note_tweet: null })],
      includes: { users: null, tweets: [null] },
      errors: [{ ...NOT_FOUND, code: null, status: null }, null],
    };
    expect(statuses(body, ['20', '21'])).toEqual(['found', 'not_found']);
    expect(statuses({ data: [{ id: '20', text: null }], errors: null }, ['20'])).toEqual([
      'failed',
    ]);
  });

  it('passes over malformed entries and keeps the rest', () => {
    const body = {
      data: [null, { id: 20 }, 'text', tweet('20'), { id: '21' }],
      includes: { users: [{ id: '1' }, 7], tweets: 'none' },
      errors: [null, 'gone', { resource_id: 5 }, NOT_AUTHORIZED],
    };
    expect(statuses(body, ['20', '21', '22'])).toEqual(['found', 'failed', 'protected']);
  });

  it('accepts any JSON without an error', () => {
    const named = fc.dictionary(
      fc.constantFrom('data', 'errors', 'includes', 'id'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), named), (body) => {
        expect(outcomesFromX(parseXLookup(body), ['20', '21'])).toHaveLength(2);
      }),
    );
  });
});
