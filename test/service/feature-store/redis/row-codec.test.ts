import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FeatureRow } from '../../../../service/domain/feature-row.ts';
import { LABELS, type Scores, topLabel } from '../../../../service/domain/sentiment.ts';
import { decodeRow, encodeRow } from '../../../../service/feature-store/redis/row-codec.ts';
import { unicodeString } from '../../../helpers/unicode-string.ts';
import { aRow, IDENTITY } from '../../../port-suites/feature-store-contract.ts';

const ID = '1460323737035677698';
const bytes = (text: string) => Buffer.from(text);
const decode = (value: Uint8Array) => decodeRow(value, ID, IDENTITY);

/** The JSON fields of a valid value, with one of them replaced. */
function withField(place: number, field: unknown): Buffer {
  const fields = JSON.parse(encodeRow(aRow()).slice(1));
  fields[place] = field;
  return bytes(`2${JSON.stringify(fields)}`);
}

const anyScores: fc.Arbitrary<Scores> = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
  .map(([low, high]) => ({ negative: low, neutral: high - low, positive: 1 - high }));

const anyText = unicodeString();
const anyTimestamp = fc.integer({ min: 0, max: 253_402_300_799_999 });
const anyRow: fc.Arbitrary<FeatureRow> = fc
  .record({
    authorId: fc.option(anyText),
    authorUsername: fc.option(anyText),
    topics: fc.array(anyText),
    eventTimestampMs: anyTimestamp,
    createdTimestampMs: anyTimestamp,
    scores: anyScores,
    truncated: fc.boolean(),
    text: fc.option(anyText),
    language: fc.option(fc.constantFrom('en', 'de', 'fil')),
    languageSupported: fc.option(fc.boolean()),
  })
  .map((fields) => aRow({ ...fields, label: topLabel(fields.scores) }));

describe('row codec', () => {
  it('writes the format byte and the fields in their order', () => {
    expect(encodeRow(aRow({ text: null }))).toBe(
      '2["1460323737035677698","2244994945","someone",["#phones","$btc"],' +
        '1637003285000,1795420800123,2,[0.05,0.15,0.8],0,null,"en",1]',
    );
  });

  it('reads every row that it writes', () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        expect(decode(bytes(encodeRow(row)))).toEqual(row);
      }),
    );
  });

  it('reads a row of the format before languages as one of an undetermined language', () => {
    const value =
      '1["1460323737035677698","2244994945","someone",["#phones","$btc"],' +
      '1637003285000,1795420800123,2,[0.05,0.15,0.8],0,null]';
    const row = aRow({ text: null, language: null, languageSupported: null });
    expect(decode(bytes(value))).toEqual(row);
  });

  it('reads any label of a tie', () => {
    const scores = { negative: 0.5, neutral: 0.5, positive: 0 };
    const row = aRow({ scores, label: 'neutral' });
    expect(decode(bytes(encodeRow(row)))).toEqual(row);
  });

  it.each<[string, Uint8Array]>([
    ['an empty value', bytes('')],
    ['the format byte alone', bytes('2')],
    ['a format byte that was never used', bytes(`0${encodeRow(aRow()).slice(1)}`)],
    ['something before the format byte', bytes(` ${encodeRow(aRow())}`)],
    ['half of a row', bytes(encodeRow(aRow()).slice(0, -20))],
    ['more than a row', bytes(`${encodeRow(aRow())}]`)],
    ['an object', bytes('2{}')],
    [
      'bytes that are not UTF-8',
      Buffer.concat([bytes(encodeRow(aRow()).slice(0, -3)), Buffer.from([0xff]), bytes('"]')]),
    ],
    ['a byte order mark', bytes(`2\ufeff${encodeRow(aRow()).slice(1)}`)],
    ['the row of another tweet', withField(0, '1460323737035677699')],
    ['a numeric author id', withField(1, 2244994945)],
    ['a numeric author name', withField(2, 1)],
    ['a topic that is not a string', withField(3, ['#a', null])],
    ['a creation before the epoch', withField(4, -1)],
    ['a creation at a fraction of a millisecond', withField(4, 0.5)],
    ['a scoring after the end of time', withField(5, 253_402_300_800_000)],
    ['a label that does not exist', withField(6, 3)],
    ['a label without the highest score', withField(6, 0)],
    ['two scores', withField(7, [0.2, 0.8])],
    ['a negative score', withField(7, [-0.1, 0.1, 1])],
    ['a score above 1', withField(7, [0, 0, 1.0000001])],
    ['scores that do not sum to 1', withField(7, [0.05, 0.15, 0.81])],
    ['a score that is null', withField(7, [null, 0.2, 0.8])],
    ['truncated written as a boolean', withField(8, true)],
    ['a text that is not a string', withField(9, 7)],
    ['a language that is a sentence', withField(10, 'all of them')],
    ['a number for a language', withField(10, 1)],
    ['a supported language written as a boolean', withField(11, true)],
    ['a field too many', withField(12, null)],
    ['the fields of the format before', bytes(`1${encodeRow(aRow()).slice(1)}`)],
  ])('reports %s as corrupt', (_, value) => {
    expect(decode(value)).toBe('corrupt');
  });

  it.each(['3', '9'])('reports a value of format %s as of another format', (format) => {
    expect(decode(bytes(`${format}anything`))).toBe('other-format');
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (value) => {
        expect(['corrupt', 'other-format']).toContain(decode(value));
        expect(decode(Buffer.concat([bytes('2'), value]))).toBe('corrupt');
      }),
    );
  });

  it('never decodes a damaged value to an impossible row', () => {
    fc.assert(
      fc.property(anyRow, fc.nat(), fc.integer({ min: 0, max: 255 }), (row, place, byte) => {
        const value = bytes(encodeRow(row));
        value[place % value.length] = byte;
        const read = decode(value);
        if (typeof read === 'string') return;
        const scores = LABELS.map((label) => read.scores[label]);
        expect(read.tweetId).toBe(ID);
        expect(Math.max(...scores)).toBe(read.scores[read.label]);
        expect(scores.reduce((sum, score) => sum + score)).toBeCloseTo(1, 5);
      }),
    );
  });
});
