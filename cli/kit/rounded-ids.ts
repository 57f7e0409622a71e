import type { LabelEntity } from '../../service/contract/offline.ts';
import type { XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import { CliError } from './errors.ts';

/** Tweets or labels at the start of a file whose ids are looked at. */
export const SAMPLED_ROWS = 1_000;

/** Highest chance that a file of unchanged ids is refused. */
const MAX_CHANCE = 1e-6;

/** X's machines count the ids of a millisecond from 0, in the last 12 bits. */
const IDS_PER_MS = 4_096n;

/**
 * Above the share of tweets that are the first of a millisecond: 0.71 of 3,232 in 2014 and 0.43 of 19,056
 * in 2020 and 2021, in public lists of ids.
 */
const SHARE_OF_FIRST = 0.9;
const FIRST_TWEET_OF_2014 = 420_000_000_000_000_000n;

/** Since 2023, ids of tweets end in nine random bits. Those of users are counted as before. */
const FIRST_TWEET_OF_2024 = 1_750_000_000_000_000_000n;

/**
 * Checks that no program rounded the ids of tweets and of their authors.
 *
 * @param tweets the first `SAMPLED_ROWS` of the file
 * @throws CliError when they are rounded
 */
export function expectUnroundedTweets(
  tweets: readonly Pick<XTweet, 'id' | 'author_id'>[],
  file: string,
): void {
  const ids = tweets.map(({ id }) => id);
  const authorIds = tweets.flatMap(({ author_id: id }) => (id === undefined ? [] : [id]));
  expectUnroundedIds(ids, file, 'tweet');
  expectUnroundedIds(authorIds, file, 'user');
}

/**
 * Checks that no program rounded the ids of a file, such as a spreadsheet, which keeps 15 digits. They
 * are rounded if each of them is a number as a double writes it, and chance hardly explains that.
 *
 * @param ids those of the first `SAMPLED_ROWS` of the file, in digits
 * @throws CliError when they are rounded
 */
export function expectUnroundedIds(
  ids: readonly string[],
  file: string,
  entity: LabelEntity,
): void {
  let chance = 1;
  const rounded: bigint[] = [];
  for (const id of new Set(ids.map(BigInt))) {
    if (id <= Number.MAX_SAFE_INTEGER) continue;
    if (!isAsDouble(id)) return;
    chance *= chanceOf(id, entity);
    rounded.push(id);
  }
  const [first, second] = rounded;
  if (second === undefined || chance >= MAX_CHANCE) return;
  throw new CliError(
    `${file} has rounded ids, such as ${first} and ${second}: a spreadsheet, or a program that reads ` +
      'ids as numbers, changed their last digits. Export it again with ids as text (in pandas: ' +
      'read_csv with dtype=str)',
  );
}

/** Checks if an id is a double, or the shortest number for one, as spreadsheets and JavaScript write. */
function isAsDouble(id: bigint): boolean {
  return BigInt(Number(id)) === id || String(Number(id)) === String(id);
}

/** The chance that an unchanged id is as a double writes it, and ends in as many zeros. */
function chanceOf(id: bigint, entity: LabelEntity): number {
  const isTweet = entity === 'tweet';
  if (id % IDS_PER_MS === 0n && !(isTweet && id >= FIRST_TWEET_OF_2024)) {
    return isTweet && id >= FIRST_TWEET_OF_2014 ? SHARE_OF_FIRST : 1;
  }
  const spacing = 2 ** (id.toString(2).length - 53);
  const [{ length: zeros }] = /0*$/.exec(String(id)) ?? [''];
  return Math.min(2 / spacing, 10 ** -zeros);
}
