import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Check } from 'typebox/value';
import { XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import { withoutNulls } from '../../service/tweet-source/x-format/without-nulls.ts';
import { CliError } from '../kit/errors.ts';
import { type Line, linesOf } from '../kit/lines.ts';
import { BATCH_SIZE, type Batch, type LeaveOut, type Supply } from './supply.ts';

/**
 * Tweets of a JSON Lines file of X API v2 objects. Blank lines are ignored, and lines that are
 * not tweets are left out.
 *
 * @throws CliError when it cannot be read
 */
export async function fileSupply(path: string): Promise<Supply> {
  try {
    const { size, mtimeMs } = await stat(path);
    let total = 0;
    for await (const line of linesOf(createReadStream(path))) if (line.text?.trim() !== '') total++;
    return {
      name: path,
      // A changed file starts from the beginning.
      job: `file:${resolve(path)}:${size}:${Math.round(mtimeMs)}`,
      total,
      batches: (from, leaveOut) => batches(path, Number(from?.cursor ?? 0), leaveOut),
    };
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${error}`, { cause: error });
  }
}

/** @param linesSent leading lines to skip */
async function* batches(
  path: string,
  linesSent: number,
  leaveOut: LeaveOut,
): AsyncGenerator<Batch> {
  let tweets: XTweet[] = [];
  let places: string[] = [];
  let last = linesSent;
  for await (const line of linesOf(createReadStream(path))) {
    if (line.number <= linesSent || line.text?.trim() === '') continue;
    const place = `line ${line.number}`;
    const tweet = tweetOf(line);
    last = line.number;
    if (typeof tweet === 'string') {
      leaveOut(place, tweet);
      continue;
    }
    tweets.push(tweet);
    places.push(place);
    if (tweets.length === BATCH_SIZE) {
      yield { tweets, places, cursor: String(last) };
      [tweets, places] = [[], []];
    }
  }
  if (tweets.length > 0) yield { tweets, places, cursor: String(last) };
}

/** The tweet of a line, or the reason why it is none. */
function tweetOf({ text, fault = '' }: Line): XTweet | string {
  if (text === null) return fault;
  let value: unknown;
  try {
    value = withoutNulls(JSON.parse(text));
  } catch {
    return 'is not JSON';
  }
  if (Check(XTweet, value)) return value;
  return 'is not a tweet of X API v2: it needs at least "id" and "text", as strings';
}
