import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unicodeString } from '../../helpers/unicode-string.ts';
import { readRecords } from './records.ts';

const read = (...lines: readonly string[]) => readRecords('jsonl', `${lines.join('\n')}\n`);

/** A line of an output as it would be without scoring. */
function withoutAdded(line: string): string {
  const { label, score_positive, truncated, ...rest } = JSON.parse(line);
  return JSON.stringify(rest);
}

describe('a JSON Lines file', () => {
  it('keeps every object as it is, and adds the scores', async () => {
    const { output } = await read('{ "id": 1460323737035677698, "text": "I love it" }');
    expect(output).toEqual([
      '{ "id": 1460323737035677698, "text": "I love it" ,"label":"positive","score_positive":0.9,"truncated":false}',
    ]);
  });

  it('has every line that is not blank in the output or in the report', async () => {
    const line = fc.oneof(
      fc.json(),
      unicodeString(),
      fc.record({ text: unicodeString() }).map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line), async (lines) => {
        const given = lines.map((each) => each.replaceAll('\n', ''));
        const { output, faults } = await read(...given);
        const filled = given.filter((each) => each.replace(/^\ufeff/, '').trim() !== '');
        expect(output.length + faults.length).toBe(filled.length);
        for (const each of output) expect(JSON.parse(each)).toMatchObject({ label: 'positive' });
      }),
    );
  });

  it('may hold tweets of X API v2, whose long text counts', async () => {
    const { texts } = await read(
      '{"id":"1","text":"short"}',
      '{"id":"2","text":"cut of…","note_tweet":{"text":"cut off no more"}}',
    );
    expect(texts).toEqual(['short', 'cut off no more']);
  });

  it.each([
    ['of X API v2', { id: '1', edit_history_tweet_ids: ['1'], text: 'R&amp;D &amp;lt; &lt;3' }],
    ['of X API v2 with their author', { id: '1', author_id: '7', text: 'R&amp;D &amp;lt; &lt;3' }],
    ['of the v1.1 format', { id: 1, id_str: '1', text: 'R&amp;D &amp;lt; &lt;3' }],
    ['on a page', { data: [{ id: '1', text: 'R&amp;D &amp;lt; &lt;3' }] }],
    [
      'with an id over 2^63-1',
      { id: '9'.repeat(19), author_id: '7', text: 'R&amp;D &amp;lt; &lt;3' },
    ],
  ])('has tweets %s scored by the text that X shows, as by the service', async (_, tweet) => {
    const { texts, output } = await read(JSON.stringify(tweet));
    expect(texts).toEqual(['R&D &lt; <3']);
    expect(output[0]).toContain('"R&amp;D &amp;lt; &lt;3"');
  });

  it.each([
    { text: 'R&amp;D' },
    { id: 'a', author_id: 'b', text: 'R&amp;D' },
    { id: '1', text: 'R&amp;D', rating: 5 },
  ])('has other texts scored as they are: %j', async (row) => {
    expect((await read(JSON.stringify(row))).texts).toEqual(['R&amp;D']);
  });

  it('may hold pages as twarc writes them: each tweet is a line of the output', async () => {
    const page = {
      data: [
        { id: '1', text: 'RT @a: the be…', referenced_tweets: [{ type: 'retweeted', id: '9' }] },
        { text: 'without an id' },
        { id: '3', text: 'b', author_id: '7' },
      ],
      includes: { tweets: [{ id: '9', text: 'the beginning and the end' }] },
      meta: { result_count: 3 },
    };
    const { texts, output, faults } = await read(JSON.stringify(page));
    expect(texts).toEqual(['the beginning and the end', 'b']);
    expect(JSON.parse(output[1] ?? '')).toMatchObject({ id: '3', author_id: '7', text: 'b' });
    expect(faults).toEqual([[1, 'is not a tweet: it needs at least an id and a text, as strings']]);
  });

  it('has the author of each tweet of a page and the original of a retweet in its line', async () => {
    const original = { id: '9', text: 'the beginning and the end', author_id: '8', lang: 'en' };
    const page = {
      data: [
        {
          ...{ id: '1', text: 'RT @bob: the be…', author_id: '7', geo: null },
          referenced_tweets: [
            { type: 'retweeted', id: '9' },
            { type: 'quoted', id: '9' },
          ],
        },
        { id: '2', text: 'b', author_id: '6', referenced_tweets: [{ type: 'retweeted', id: '5' }] },
      ],
      includes: {
        tweets: [{ ...original, public_metrics: { like_count: 1 } }],
        users: [
          { id: '7', username: 'Ann', location: 'here' },
          { id: '8', username: 'bob' },
        ],
      },
    };
    const { output } = await read(JSON.stringify(page));
    const [retweet, lone] = page.data;
    const added = { label: 'positive', score_positive: 0.9, truncated: false };
    expect(output.map((line) => JSON.parse(line))).toEqual([
      {
        ...retweet,
        author: { id: '7', username: 'Ann' },
        referenced_tweets: [
          { type: 'retweeted', id: '9', text: original.text, lang: 'en' },
          { type: 'quoted', id: '9' },
        ],
        ...added,
      },
      { ...lone, ...added },
    ]);
    expect((await read(...output.map(withoutAdded))).texts).toEqual([original.text, 'b']);
  });

  it('may hold retweets that twarc flattened, which are scored by their original', async () => {
    const original = {
      type: 'retweeted',
      id: '9',
      text: 'the beginning &amp; the end',
      author: {},
    };
    const quoted = { type: 'quoted', id: '8', text: 'of somebody else' };
    const retweet = (referenced: object) =>
      JSON.stringify({ id: '1', text: 'RT @a: the be…', referenced_tweets: [quoted, referenced] });
    const { texts } = await read(
      retweet(original),
      retweet({ ...original, note_tweet: { text: 'a long post' } }),
      retweet({ type: 'retweeted', id: '9' }),
    );
    expect(texts).toEqual(['the beginning & the end', 'a long post', 'RT @a: the be…']);
  });

  it('may hold tweets of the v1.1 format, alone or in their envelope of an archive', async () => {
    const { texts } = await read(
      '{"id_str":"1","full_text":"the full text"}',
      '{"tweet":{"id_str":"2","full_text":"an old one"}}',
      '{"id_str":"3","text":"RT @a: wh…","retweeted_status":{"id_str":"4","full_text":"whole"}}',
    );
    expect(texts).toEqual(['the full text', 'an old one', 'whole']);
  });

  it.each([
    ['is not JSON', 'nope'],
    ['is not a JSON object', '["a"]'],
    ['has no text known by its name; name its key with --text-column', '{"id":1,"text":2}'],
    ["has 'label' already; give --prefix, such as --prefix predicted_", '{"text":"a","label":1}'],
  ])('reports a line that %s', async (fault, line) => {
    expect((await read('', line)).faults).toEqual([[2, fault]]);
  });
});
