import { Check } from 'typebox/value';
import { XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import { expectOnce, firstColumnNamed } from '../kit/csv-columns.ts';
import { CsvRecords } from '../kit/csv-records.ts';
import { CliError } from '../kit/errors.ts';
import type { Line } from '../kit/lines.ts';
import { authorFields } from '../kit/tweet-author.ts';
import { TWEET_COLUMNS, USERNAME_COLUMNS } from '../kit/tweet-columns.ts';
import { tweetFault } from '../kit/tweet-fault.ts';
import { utcTime } from '../kit/tweet-time.ts';
import type { FileEntry } from './file-entry.ts';

const COLUMNS = {
  ...TWEET_COLUMNS,
  username: USERNAME_COLUMNS,
} as const;

/** Index of each column; undefined if it is missing. */
type Places = Readonly<Record<keyof typeof COLUMNS, number | undefined>>;

/** Tweets of a CSV file with a header. @throws CliError when it lacks ids or texts */
export async function* csvEntries(
  lines: AsyncGenerator<Line>,
  name: string,
): AsyncGenerator<FileEntry> {
  const records = new CsvRecords(lines);
  const header = (await records.headers(name))
    .map(({ delimiter, names }) => ({
      ...{ delimiter, names, width: names.length },
      places: placesOf(names),
    }))
    .find(({ places }) => places.id !== undefined && places.text !== undefined);
  if (!header) {
    throw new CliError(
      `${name} has no columns of ids and texts in its first line, such as id,text; ` +
        '`tss score` labels texts without ids',
    );
  }
  for (const place of Object.values(header.places)) {
    if (place !== undefined) expectOnce(header.names, place, name);
  }
  for (;;) {
    const record = await records.next(header);
    if (!record) return;
    const { line } = record;
    if ('fault' in record) yield { line, tweets: [], fault: record.fault };
    else yield entryOf(line, record.cells, header.places);
  }
}

function entryOf(line: number, cells: readonly string[], places: Places): FileEntry {
  const cell = (name: keyof Places) => cells[places[name] ?? -1]?.trim() || undefined;
  const [createdAt, lang] = [cell('createdAt'), cell('lang')];
  const tweet = {
    id: cell('id'),
    text: cells[(cell('longText') ? places.longText : places.text) ?? -1],
    ...authorFields(cell('authorId'), cell('username')),
    ...(createdAt && { created_at: utcTime(createdAt) }),
    ...(lang && { lang }),
  };
  if (Check(XTweet, tweet)) return { line, tweets: [{ source: tweet, tweet }] };
  const isRounded = /^\d(\.\d+)?e\+\d+$/i.test(tweet.id ?? '');
  const fault = isRounded
    ? 'has a rounded id; spreadsheets must keep ids as text'
    : tweetFault(tweet);
  return { line, tweets: [], fault };
}

function placesOf(names: readonly string[]): Places {
  const placeOf = (name: keyof typeof COLUMNS) => firstColumnNamed(COLUMNS[name], names);
  return {
    id: placeOf('id'),
    longText: placeOf('longText'),
    text: placeOf('text'),
    authorId: placeOf('authorId'),
    username: placeOf('username'),
    createdAt: placeOf('createdAt'),
    lang: placeOf('lang'),
  };
}
