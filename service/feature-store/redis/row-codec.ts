import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { LANGUAGE } from '../../contract/languages.ts';
import type { FeatureRow } from '../../domain/feature-row.ts';
import {
  LABELS,
  type ModelIdentity,
  SCORE_SUM_TOLERANCE,
  type Scores,
} from '../../domain/sentiment.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { MAX_TIMESTAMP_MS } from '../row-fault.ts';

/** First byte of a value. A change of the format takes the next digit. */
const FORMAT = '2';

/** The format before languages: the same without the last two fields. */
const FORMAT_WITHOUT_LANGUAGE = '1';

const Timestamp = Type.Integer({ minimum: 0, maximum: MAX_TIMESTAMP_MS });
const Score = Type.Number({ minimum: 0, maximum: 1 });
const NullableString = Type.Union([Type.String(), Type.Null()]);

/** Compact JSON after the format byte; the key holds the rest of the row. */
const FIELDS = [
  Type.String({ description: 'tweetId' }),
  NullableString, // authorId
  NullableString, // authorUsername
  Type.Array(Type.String()), // topics
  Timestamp, // eventTimestampMs
  Timestamp, // createdTimestampMs
  Type.Integer({ minimum: 0, maximum: LABELS.length - 1 }), // label, as its index in LABELS
  Type.Tuple([Score, Score, Score]), // scores, in the order of LABELS
  Type.Integer({ minimum: 0, maximum: 1 }), // truncated
  NullableString, // text
] as const;

const Fields = Type.Tuple([
  ...FIELDS,
  Type.Union([Type.String({ pattern: LANGUAGE.source }), Type.Null()]), // language
  Type.Union([Type.Literal(0), Type.Literal(1), Type.Null()]), // languageSupported
]);
type Fields = Static<typeof Fields>;

const fields = Compile(Fields);
const fieldsWithoutLanguage = Compile(Type.Tuple([...FIELDS]));
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Encodes a row as docs/feature-store-format.md specifies. */
export function encodeRow(row: FeatureRow): string {
  return (
    FORMAT +
    JSON.stringify([
      row.tweetId,
      row.authorId,
      row.authorUsername,
      row.topics,
      row.eventTimestampMs,
      row.createdTimestampMs,
      LABELS.indexOf(row.label),
      LABELS.map((label) => row.scores[label]),
      row.truncated ? 1 : 0,
      row.text,
      row.language,
      row.languageSupported === null ? null : Number(row.languageSupported),
    ])
  );
}

/**
 * Decodes the value at the key of a tweet's row. Never throws: returns `corrupt` for a value that
 * violates the format, and `other-format` for one that another release may have written.
 */
export function decodeRow(
  value: Uint8Array,
  id: TweetId,
  { name, revision, preprocessingVersion }: ModelIdentity,
): FeatureRow | 'corrupt' | 'other-format' {
  const format = String.fromCharCode(value[0] ?? 0);
  if (/[3-9]/.test(format)) return 'other-format';
  const parsed = parseFields(format, parseJson(value.subarray(1)));
  if (parsed === null) return 'corrupt';
  const [tweetId, authorId, authorUsername, topics, event, created] = parsed;
  const [, , , , , , place, scored, cut, text, language, supported] = parsed;
  const label = LABELS[place];
  const [negative, neutral, positive] = scored;
  const scores: Scores = { negative, neutral, positive };
  if (tweetId !== id || label === undefined) return 'corrupt';
  if (Math.abs(negative + neutral + positive - 1) > SCORE_SUM_TOLERANCE) return 'corrupt';
  if (scores[label] !== Math.max(...scored)) return 'corrupt';
  return {
    tweetId,
    authorId,
    authorUsername,
    topics,
    eventTimestampMs: event,
    createdTimestampMs: created,
    model: { name, revision },
    preprocessingVersion,
    label,
    scores,
    truncated: cut === 1,
    text,
    language,
    languageSupported: supported === null ? null : supported === 1,
  };
}

/** Fields of the current format; rows of the format before have no language. */
function parseFields(format: string, json: unknown): Fields | null {
  if (format === FORMAT) return fields.Check(json) ? json : null;
  const isOlder = format === FORMAT_WITHOUT_LANGUAGE && fieldsWithoutLanguage.Check(json);
  return isOlder ? [...json, null, null] : null;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}
