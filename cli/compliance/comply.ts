import { AdminClient } from '../clients/admin-client.ts';
import { XReader } from '../clients/x-reader.ts';
import { counted } from '../kit/counted.ts';
import { requiredVariable } from '../kit/environment.ts';
import { CliError } from '../kit/errors.ts';
import { print, warn } from '../kit/printable.ts';
import { ProgressBar } from '../kit/progress.ts';
import { type Progress, StateFile } from '../kit/state-file.ts';
import { JUDGED_AT_ONCE, judge } from './judge.ts';
import { listTweets, purgeTweet } from './stored-tweets.ts';

export interface ComplianceOptions {
  readonly limit: number;
  readonly url: string;
  readonly stateFile: string;
}

interface Count {
  checked: number;
  purged: number;
  unclear: number;
}

/**
 * Purges the stored tweets that X no longer shows, and continues where an earlier run stopped.
 *
 * @throws CliError also when X's answer about a tweet is unclear
 */
export async function comply(
  { limit, url, stateFile }: ComplianceOptions,
  signal: AbortSignal,
): Promise<void> {
  let bar: ProgressBar | undefined;
  const announce = (message: string) => (bar ? bar.say(message) : warn(message));
  const token = requiredVariable('ADMIN_TOKEN', 'set it to the token the service was started with');
  const service = new AdminClient({ url, token, announce, signal });
  const x = XReader.fromEnvironment(announce, signal);
  const state = await StateFile.open(stateFile);

  const job = `compliance:${url}`;
  const from: Progress = state.get(job) ?? { cursor: '0', done: 0 };
  const count: Count = { checked: 0, purged: 0, unclear: 0 };
  let cursor: string | null = from.cursor;
  let hasPage = false;
  const output = process.stderr;
  bar = new ProgressBar({ output, name: 'stored tweets', total: null, done: from.done });
  try {
    while (cursor !== null && count.checked < limit) {
      const { tweetIds, nextCursor } = await listTweets(service, cursor);
      hasPage = true;
      for (let start = 0; start < tweetIds.length; start += JUDGED_AT_ONCE) {
        const ids = tweetIds.slice(start, start + JUDGED_AT_ONCE);
        await checkTweets(ids, { x, service, count });
        bar.add(ids.length);
      }
      cursor = nextCursor;
      if (cursor === null) await state.remove(job);
      else await state.put(job, { cursor, done: from.done + count.checked });
    }
  } finally {
    bar.end();
    if (hasPage) {
      const { checked, purged, unclear } = count;
      print(`${counted(checked, 'tweet')} checked, ${purged} purged, ${unclear} unclear.`);
      print(x.cost());
    }
  }
  if (cursor !== null) print('Not all were checked; run the same command to continue.');
  if (count.unclear > 0) {
    throw new CliError(
      `X gave no clear answer about ${counted(count.unclear, 'tweet; it is kept', 'tweets; they are kept')}. Run this again.`,
    );
  }
}

/** Asks X about some tweets and purges those it no longer shows. */
async function checkTweets(
  ids: readonly string[],
  { x, service, count }: { x: XReader; service: AdminClient; count: Count },
): Promise<void> {
  const outcomes = await judge(ids, x);
  for (const [index, id] of ids.entries()) {
    const outcome = outcomes[index];
    if (outcome === 'found') continue;
    if (outcome === 'not_found' || outcome === 'protected' || outcome === 'withheld') {
      await purgeTweet(service, id);
      count.purged++;
    } else count.unclear++;
  }
  count.checked += ids.length;
}
