import { MAX_TOPIC_CHARACTERS, normalizeTopic } from '../../service/domain/topics.ts';
import { AdminClient } from '../clients/admin-client.ts';
import { XReader } from '../clients/x-reader.ts';
import { counted } from '../kit/counted.ts';
import { CliError, UsageError } from '../kit/errors.ts';
import { LeftOut } from '../kit/left-out.ts';
import { print } from '../kit/printable.ts';
import { Announcer, type ProgressBar } from '../kit/progress.ts';
import { continuation, jobKey, type Progress, StateFile } from '../kit/state-file.ts';
import { lacksAuthorId } from '../kit/tweet-author.ts';
import { hasUnreadTime } from '../kit/tweet-time.ts';
import { fileSupply } from './file-supply.ts';
import { inLanguage } from './in-language.ts';
import { ingest, Tally } from './ingest.ts';
import { sampleSupply } from './sample-supply.ts';
import type { Supply } from './supply.ts';
import { querySupply, topicSupply, userSupply } from './x-supply.ts';

export interface PopulateOptions {
  readonly users: readonly string[];
  readonly topics: readonly string[];
  /** Queries with X's own operators. */
  readonly queries: readonly string[];
  /** Language code, such as `en`: tweets in other languages are not sent. */
  readonly lang?: string;
  readonly files: readonly string[];
  readonly sample: boolean;
  /** Highest number of tweets per user and topic. */
  readonly limit: number;
  readonly url: string;
  /** Start over, whatever an interrupted run has done. */
  readonly restarts: boolean;
  readonly stateFile: string;
}

const ADMIN_TOKEN_REMEDY =
  'start the service with one, and set it to the same token for this command (for a first look, ' +
  '`script/start --sample` does both)';

/**
 * Sends the chosen tweets to the service, and continues unfinished work of earlier runs.
 *
 * @throws CliError
 */
export async function populate(options: PopulateOptions, signal: AbortSignal): Promise<void> {
  options.topics.forEach(expectTopic);
  const { url, lang = '' } = options;
  const announcer = new Announcer();
  const { announce } = announcer;
  const service = AdminClient.fromEnvironment({ url, announce, signal }, ADMIN_TOKEN_REMEDY);
  const x = xReader(options, announce, signal);
  const state = await StateFile.open(options.stateFile);
  let badLines = 0;
  const unstored: string[] = [];
  try {
    for (const supply of await suppliesOf(options, x)) {
      const { name, total } = supply;
      const job = jobKey('populate', url, lang, supply.job);
      const from = options.restarts ? undefined : earlier(supply, state.get(job));
      if (from) announce(continuation(from, ` of ${name}`));
      const { done = 0, failed = 0 } = from ?? {};
      const bar = announcer.showBar({ name, total, done });
      const tally = new Tally();
      const leftOut = new LeftOut(name, announce);
      let isSent = false;
      try {
        const sending = { ...options, job, from, service, state, bar, tally, leftOut };
        const read = await send(supply, sending);
        isSent = true;
        if (read > 0 && tally.stored === 0) unstored.push(name);
        if (read + done === 0) announce(`${name}: there are no tweets to send.`);
      } finally {
        bar.end();
        const { lines } = leftOut;
        badLines += failed + lines;
        if (isSent || !tally.isEmpty || lines > 0) {
          print(`${name}: ${tally}${lines > 0 ? `, ${counted(lines, 'line')} left out` : ''}`);
        }
      }
    }
  } finally {
    if (x) print(x.cost());
  }
  if (badLines > 0) {
    throw new CliError(
      `${counted(badLines, 'line is not a tweet and was left out; correct it', 'lines are not tweets and were left out; correct them')}, and run the same command again: ` +
        'tweets that are stored already count once.',
    );
  }
  if (unstored.length > 0)
    throw new CliError(`None of the tweets of ${unstored.join(', ')} was stored.`);
}

/** @throws UsageError for a name under which the service would count no tweet */
function expectTopic(topic: string): void {
  if (normalizeTopic(topic) !== null && topic.length <= MAX_TOPIC_CHARACTERS) return;
  throw new UsageError(
    `--topic must be one name of at most ${MAX_TOPIC_CHARACTERS} characters, its # or $ included, got '${topic}'; ` +
      'search by --query',
  );
}

/** Progress of an earlier run, if the supply can continue it. */
function earlier(supply: Supply, from: Progress | undefined): Progress | undefined {
  return from && (supply.canContinue?.(from) ?? true) ? from : undefined;
}

interface Sending {
  readonly job: string;
  readonly from: Progress | undefined;
  readonly lang?: string;
  readonly service: AdminClient;
  readonly state: StateFile;
  readonly bar: ProgressBar;
  readonly tally: Tally;
  readonly leftOut: LeftOut;
}

/** Sends the tweets of a supply that no earlier run has sent. @returns tweets read in this run */
async function send(supply: Supply, sending: Sending): Promise<number> {
  const { job, from, lang, service, state, bar, tally, leftOut } = sending;
  let read = 0;
  for await (const batch of supply.batches(from, (...line) => leftOut.add(...line))) {
    const wanted = inLanguage(batch, lang);
    tally.leftOut += batch.tweets.length - wanted.tweets.length;
    if (wanted.tweets.length > 0) {
      tally.unreadTimes += wanted.tweets.filter(hasUnreadTime).length;
      tally.lackedAuthorIds += wanted.tweets.filter(lacksAuthorId).length;
      await ingest(wanted, service, tally, (...tweet) => leftOut.refused(...tweet));
    }
    read += batch.tweets.length;
    await state.put(job, {
      cursor: batch.cursor,
      done: (from?.done ?? 0) + read,
      failed: (from?.failed ?? 0) + leftOut.lines,
    });
    bar.add(batch.tweets.length);
  }
  await state.remove(job);
  return read;
}

async function suppliesOf(options: PopulateOptions, x: XReader | undefined): Promise<Supply[]> {
  const supplies: Supply[] = [];
  if (options.sample) supplies.push(sampleSupply(Date.now()));
  for (const path of options.files) supplies.push(await fileSupply(path));
  if (x) {
    supplies.push(...options.users.map((user) => userSupply(user, options.limit, x)));
    supplies.push(...options.topics.map((topic) => topicSupply(topic, options, x)));
    supplies.push(...options.queries.map((query) => querySupply(query, options, x)));
  }
  return supplies;
}

/** Undefined when no option needs X. */
function xReader(
  { users, topics, queries }: PopulateOptions,
  announce: (message: string) => void,
  signal: AbortSignal,
): XReader | undefined {
  if (users.length + topics.length + queries.length === 0) return undefined;
  return XReader.fromEnvironment(announce, signal);
}
