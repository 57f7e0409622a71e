import { AdminClient } from '../clients/admin-client.ts';
import { XReader } from '../clients/x-reader.ts';
import { requiredVariable } from '../kit/environment.ts';
import { CliError } from '../kit/errors.ts';
import { LeftOut } from '../kit/left-out.ts';
import { ProgressBar } from '../kit/progress.ts';
import { StateFile } from '../kit/state-file.ts';
import { fileSupply } from './file-supply.ts';
import { ingest, Tally } from './ingest.ts';
import { sampleSupply } from './sample-supply.ts';
import type { Supply } from './supply.ts';
import { topicSupply, userSupply } from './x-supply.ts';

export interface PopulateOptions {
  readonly users: readonly string[];
  readonly topics: readonly string[];
  readonly files: readonly string[];
  readonly sample: boolean;
  /** Highest number of tweets per user and topic. */
  readonly limit: number;
  readonly url: string;
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
  let bar: ProgressBar | undefined;
  const announce = (message: string) => (bar ? bar.say(message) : console.error(message));
  const token = requiredVariable('ADMIN_TOKEN', ADMIN_TOKEN_REMEDY);
  const service = new AdminClient({ url: options.url, token, announce, signal });
  const x = xReader(options, announce, signal);
  const state = await StateFile.open(options.stateFile);
  let badLines = 0;
  try {
    for (const supply of await suppliesOf(options, x)) {
      const tally = new Tally();
      const leftOut = new LeftOut(supply.name, announce);
      const from = state.get(supply.job);
      const { name, job, total } = supply;
      bar = new ProgressBar({ output: process.stderr, name, total, done: from?.done ?? 0 });
      let done = from?.done ?? 0;
      try {
        for await (const batch of supply.batches(from, (...line) => leftOut.add(...line))) {
          await ingest(batch, service, tally, (...tweet) => leftOut.refused(...tweet));
          done += batch.tweets.length;
          await state.put(job, { cursor: batch.cursor, done });
          bar.add(batch.tweets.length);
        }
        await state.remove(job);
      } finally {
        bar.end();
        bar = undefined;
        const { lines } = leftOut;
        badLines += lines;
        console.log(`${name}: ${tally}${lines > 0 ? `, ${lines} lines left out` : ''}`);
      }
    }
  } finally {
    if (x) console.log(x.cost());
  }
  if (badLines > 0) {
    throw new CliError(
      `${badLines} lines are not tweets and were left out; correct them, and run the same command ` +
        'again: tweets that are stored already count once.',
    );
  }
}

async function suppliesOf(options: PopulateOptions, x: XReader | undefined): Promise<Supply[]> {
  const supplies: Supply[] = [];
  if (options.sample) supplies.push(sampleSupply(Date.now()));
  for (const path of options.files) supplies.push(await fileSupply(path));
  if (x) {
    supplies.push(...options.users.map((user) => userSupply(user, options.limit, x)));
    supplies.push(...options.topics.map((topic) => topicSupply(topic, options.limit, x)));
  }
  return supplies;
}

/** Undefined when no option needs X. */
function xReader(
  { users, topics }: PopulateOptions,
  announce: (message: string) => void,
  signal: AbortSignal,
): XReader | undefined {
  if (users.length + topics.length === 0) return undefined;
  return XReader.fromEnvironment(announce, signal);
}
