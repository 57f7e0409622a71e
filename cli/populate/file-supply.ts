import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Check } from 'typebox/value';
import { XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import { CliError } from '../kit/errors.ts';
import { BATCH_SIZE, type Batch, type Supply } from './supply.ts';

/**
 * Tweets of a JSON Lines file of X API v2 objects; blank lines are ignored.
 *
 * @throws CliError when it cannot be read
 */
export async function fileSupply(path: string): Promise<Supply> {
  try {
    const { size, mtimeMs } = await stat(path);
    let total = 0;
    for await (const line of linesOf(path)) if (line.trim() !== '') total++;
    return {
      name: path,
      // A changed file starts from the beginning.
      job: `file:${resolve(path)}:${size}:${Math.round(mtimeMs)}`,
      total,
      batches: (from) => batches(path, Number(from?.cursor ?? 0)),
    };
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${error}`, { cause: error });
  }
}

/** @param linesSent leading lines to skip */
async function* batches(path: string, linesSent: number): AsyncGenerator<Batch> {
  let tweets: XTweet[] = [];
  let line = 0;
  for await (const content of linesOf(path)) {
    line++;
    if (line <= linesSent || content.trim() === '') continue;
    tweets.push(tweetOf(content, `${path}, line ${line},`));
    if (tweets.length === BATCH_SIZE) {
      yield { tweets, cursor: String(line) };
      tweets = [];
    }
  }
  if (tweets.length > 0) yield { tweets, cursor: String(line) };
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
}

function tweetOf(line: string, place: string): XTweet {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new CliError(`${place} is not JSON. Correct it and run the same command again.`, {
      cause: error,
    });
  }
  if (Check(XTweet, value)) return value;
  throw new CliError(
    `${place} is not a tweet of X API v2: it needs at least "id" and "text", as strings.`,
  );
}
