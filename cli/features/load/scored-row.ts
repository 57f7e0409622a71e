import { Check } from 'typebox/value';
import { ID, isRevision } from '../../../service/contract/forms.ts';
import { isoTimeMs } from '../../../service/contract/iso-time.ts';
import { LABELS } from '../../../service/contract/labels.ts';
import { LONG_TEXT_COLUMN } from '../../../service/contract/text-columns.ts';
import {
  type XTweet,
  XTweet as XTweetSchema,
} from '../../../service/tweet-source/x-format/tweet.ts';
import { parseExactly } from '../../kit/exact-json.ts';
import { authorFields } from '../../kit/tweet-author.ts';
import { fieldOf, TWEET_COLUMNS, textOf } from '../../kit/tweet-columns.ts';
import { tweetFault } from '../../kit/tweet-fault.ts';
import { tweetObjects } from '../../kit/tweet-objects.ts';
import { timeFault, utcTime } from '../../kit/tweet-time.ts';

/** Columns or keys of a row, as its file has them. */
export type Fields = Readonly<Record<string, unknown>>;

/** A row as the service takes it. */
export interface ScoredRow {
  readonly tweet: Omit<XTweet, 'text'> & { readonly text?: string };
  readonly scores: Readonly<Record<(typeof LABELS)[number], number>>;
  readonly truncated: boolean;
  readonly language: string | null;
  readonly languageSupported: boolean | null;
  readonly model: { readonly name: string; readonly revision: string };
  readonly preprocessingVersion?: number;
  readonly scoredAt: string;
}

/** Values for rows that lack them. */
export interface RowDefaults {
  /** Before the names of the columns that `tss score` adds. */
  readonly prefix: string;
  readonly scoredAt: string;
  /** From the folders of a result: `model_name=NAME/model_revision=REVISION`. */
  readonly modelName?: string;
  readonly modelRevision?: string;
}

/** Names of a tweet's fields, the likeliest first. */
const NAMES = {
  ...TWEET_COLUMNS,
  text: [...TWEET_COLUMNS.longText, ...TWEET_COLUMNS.text],
  lang: ['lang'],
  /** The language that X gave, too, unless the scores have this name, which they do without a prefix. */
  language: ['language'],
} as const;

const ALL_NAMES: readonly string[] = Object.values(NAMES).flat();

/** A column that is read for the tweet. */
export function isTweetColumn(name: string): boolean {
  return ALL_NAMES.includes(name.toLowerCase());
}

/** Columns that a tweet of the X API does not have: their row is flat. */
const FLAT_ONLY: ReadonlySet<string> = new Set([
  ...NAMES.username,
  ...NAMES.createdAt.filter((name) => name !== 'created_at'),
  'author.id',
  'user_id',
  LONG_TEXT_COLUMN,
]);

/** Booleans as pandas, PostgreSQL and spreadsheets write them, in small letters. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', '1', '1.0'].map((text) => [text, true] as const),
  ...['false', 'f', '0', '0.0'].map((text) => [text, false] as const),
]);

/** As some programs pad ids. */
const PADDED_ID = new RegExp(`^0*${ID}$`);

/** The row that fields make up, or the reason why they do not, to follow its place in the file. */
export function scoredRow(fields: Fields, defaults: RowDefaults): ScoredRow | string {
  const record = { ...recordOf(fields), ...fields };
  const tweet = tweetOf(record, defaults);
  if (typeof tweet === 'string') return tweet;
  const unknownTime = timeFault(tweet);
  if (unknownTime !== undefined) return unknownTime;
  const scored = (name: string) => textOf(fields[defaults.prefix + name]);
  const scores = LABELS.map((label) => Number(scored(`score_${label}`) ?? Number.NaN));
  const [negative = 0, neutral = 0, positive = 0] = scores;
  if (!scores.every((score) => score >= 0 && score <= 1)) {
    return 'has no scores: score_negative, score_neutral and score_positive must be from 0 to 1';
  }
  const label = scored('label');
  const highest = Math.max(...scores);
  if (label !== undefined && scores[(LABELS as readonly string[]).indexOf(label)] !== highest) {
    return `has the label '${label}', which does not have its highest score`;
  }
  const flag = (column: string) => BOOLEANS.get(scored(column)?.toLowerCase() ?? '');
  for (const column of ['truncated', 'language_supported']) {
    const text = scored(column);
    if (text !== undefined && flag(column) === undefined) {
      return `has the ${column} '${text.slice(0, 40)}', which must be true or false`;
    }
  }
  const name = scored('model_name') ?? defaults.modelName;
  const revision = scored('model_revision') ?? defaults.modelRevision;
  if (name === undefined || !isRevision(revision ?? '')) {
    return 'does not tell its model: it needs model_name, and model_revision of 12 hex digits';
  }
  const scoredAt = utcTime(textOf(fields.scored_at) ?? defaults.scoredAt);
  if (isoTimeMs(scoredAt) === null) {
    return `has the scored_at '${scoredAt}', which must be like 2026-11-23T08:00:00Z, with its zone`;
  }
  const version = textOf(fields.preprocessing_version);
  return {
    tweet,
    scores: { negative, neutral, positive },
    truncated: flag('truncated') ?? false,
    language: scored('language') ?? null,
    languageSupported: flag('language_supported') ?? null,
    model: { name, revision: revision ?? '' },
    ...(version !== undefined && { preprocessingVersion: Number(version) }),
    scoredAt,
  };
}

/** The input's own columns, which results of bulk scoring keep as JSON. */
function recordOf({ record }: Fields): object {
  if (typeof record !== 'string') return {};
  try {
    const value = parseExactly(record);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function tweetOf(record: Fields, { prefix }: RowDefaults): ScoredRow['tweet'] | string {
  const id = fieldOf(record, NAMES.id);
  if (typeof id === 'number' && !Number.isSafeInteger(id)) {
    return 'has a rounded id; keep ids as text';
  }
  const isFlat = Object.keys(record).some((name) => FLAT_ONLY.has(name.toLowerCase()));
  // A row needs no text, but a tweet does.
  const spoken = fieldOf(record, NAMES.text) === undefined ? { ...record, text: '' } : record;
  const [tweet] = isFlat ? [] : (tweetObjects(spoken)?.tweets ?? []);
  if (tweet?.tweet) {
    const lang = 'lang' in record ? undefined : langOf(record, prefix);
    const fields = { ...fieldsOfTweet(tweet.tweet), ...(lang !== undefined && { lang }) };
    // Beside an `id_str`, an `id` may be rounded.
    return typeof id === 'string' ? { ...fields, id } : fields;
  }
  const flat = flatTweet(record, prefix);
  if (!PADDED_ID.test(flat.id)) {
    return flat.id === ''
      ? 'has no tweet id: it needs a column such as tweet_id or id'
      : `has the tweet id '${flat.id.slice(0, 40)}', which must have 1 to 19 digits`;
  }
  const whole = { text: '', ...flat };
  return Check(XTweetSchema, whole) ? flat : tweetFault(whole);
}

/** Without the columns that are not those of a tweet. */
function fieldsOfTweet({ id, text, ...rest }: XTweet): ScoredRow['tweet'] {
  const entries = Object.entries(rest).filter(([name]) => name in XTweetSchema.properties);
  return { ...Object.fromEntries(entries), id, ...(text !== '' && { text }) };
}

/** A tweet of columns such as those of CSV. */
function flatTweet(record: Fields, prefix: string): ScoredRow['tweet'] {
  const cell = (name: keyof typeof NAMES) => textOf(fieldOf(record, NAMES[name]));
  const [text, createdAt, lang] = [cell('text'), cell('createdAt'), langOf(record, prefix)];
  return {
    id: cell('id') ?? '',
    ...(text !== undefined && { text }),
    ...authorFields(cell('authorId'), cell('username')),
    ...(createdAt !== undefined && { created_at: utcTime(createdAt) }),
    ...(lang !== undefined && { lang }),
    ...(Array.isArray(record.topics) && { topics: record.topics }),
  };
}

/** The language that X gave, if it is a tag that X may send: another value tells none. */
function langOf(record: Fields, prefix: string): string | undefined {
  const scoresHaveName = prefix === '';
  const lang = textOf(
    fieldOf(record, NAMES.lang) ?? (scoresHaveName ? undefined : fieldOf(record, NAMES.language)),
  );
  return lang !== undefined && Check(XTweetSchema.properties.lang, lang) ? lang : undefined;
}
