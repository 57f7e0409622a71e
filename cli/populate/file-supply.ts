import type { XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import { CliError } from '../kit/errors.ts';
import { Input } from '../kit/input.ts';
import { expectUnroundedTweets, SAMPLED_ROWS } from '../kit/rounded-ids.ts';
import { tweetFault } from '../kit/tweet-fault.ts';
import { timeFault } from '../kit/tweet-time.ts';
import { fileEntries } from './file-entries.ts';
import type { FileEntry } from './file-entry.ts';
import { BATCH_SIZE, type Batch, type LeaveOut, type Supply } from './supply.ts';

/**
 * Tweets of a file. What is not a tweet is left out.
 *
 * @throws CliError when it cannot be read, or its ids are rounded
 */
export async function fileSupply(path: string): Promise<Supply> {
  const input = await Input.open(path);
  if (input.fingerprint === undefined) {
    throw new CliError(`${path} is not a regular file; save its content first`);
  }
  let total = 0;
  const sample: XTweet[] = [];
  for await (const { tweets } of fileEntries(input)) {
    total += tweets.length;
    for (const { tweet } of tweets) {
      if (tweet && sample.length < SAMPLED_ROWS) sample.push(tweet);
    }
  }
  expectUnroundedTweets(sample, path);
  return {
    name: path,
    // A changed file starts from the beginning.
    job: `file:${input.fingerprint}`,
    total,
    batches: (from, leaveOut) => batches(input, Number(from?.cursor ?? 0), leaveOut),
  };
}

interface Sendable {
  readonly tweet: XTweet;
  readonly place: string;
}

/** @param sent leading entries to skip */
async function* batches(input: Input, sent: number, leaveOut: LeaveOut): AsyncGenerator<Batch> {
  let waiting: Sendable[] = [];
  let read = 0;
  for await (const entry of fileEntries(input)) {
    read++;
    if (read <= sent) continue;
    if (entry.includes && waiting.length > 0) {
      // Before the page is looked at: what it leaves out counts when it is read again.
      yield batchOf(waiting, read - 1);
      waiting = [];
    }
    const sendable = sendableOf(entry, leaveOut);
    if (entry.includes) {
      // Each part of a page is sent with the page's `includes`. The page counts as sent once its last
      // part is.
      for (let start = 0; start < sendable.length; start += BATCH_SIZE) {
        const isLast = start + BATCH_SIZE >= sendable.length;
        const part = batchOf(sendable.slice(start, start + BATCH_SIZE), isLast ? read : read - 1);
        yield { ...part, includes: entry.includes };
      }
    } else waiting.push(...sendable);
    if (waiting.length < BATCH_SIZE) continue;
    yield batchOf(waiting, read);
    waiting = [];
  }
  if (waiting.length > 0) yield batchOf(waiting, read);
}

/** @param read entries up to the end of the batch */
function batchOf(sendable: readonly Sendable[], read: number): Batch {
  return {
    tweets: sendable.map(({ tweet }) => tweet),
    places: sendable.map(({ place }) => place),
    cursor: String(read),
  };
}

function sendableOf({ line, tweets, fault }: FileEntry, leaveOut: LeaveOut): Sendable[] {
  const place = (index: number) =>
    tweets.length > 1 ? `line ${line}, tweet ${index + 1}` : `line ${line}`;
  if (fault !== undefined) leaveOut(place(0), fault);
  const sendable: Sendable[] = [];
  for (const [index, { source, tweet }] of tweets.entries()) {
    const reason = tweet ? timeFault(tweet) : tweetFault(source);
    if (reason !== undefined) leaveOut(place(index), reason);
    else if (tweet) sendable.push({ tweet, place: place(index) });
  }
  return sendable;
}
