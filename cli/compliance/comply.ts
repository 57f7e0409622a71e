import type { AdminClient } from '../clients/admin-client.ts';
import { type Walk, walkPages } from '../clients/walk-pages.ts';
import { XReader } from '../clients/x-reader.ts';
import { counted } from '../kit/counted.ts';
import { CliError } from '../kit/errors.ts';
import { print } from '../kit/printable.ts';
import { Announcer } from '../kit/progress.ts';
import { JUDGED_AT_ONCE, judge } from './judge.ts';
import { listTweets, purgeTweet } from './stored-tweets.ts';

export interface ComplianceOptions {
  /** Stop after the page with this tweet. */
  readonly limit: number;
  readonly url: string;
  /** Start over, whatever an earlier run has done. */
  readonly restarts: boolean;
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
 * @throws CliError also when X's answer about a tweet is unclear, in this run or in the earlier one
 */
export async function comply(options: ComplianceOptions, signal: AbortSignal): Promise<void> {
  const announcer = new Announcer();
  const x = XReader.fromEnvironment(announcer.announce, signal);
  const count: Count = { checked: 0, purged: 0, unclear: 0 };
  let hasPage = false;
  const checkPage = async (service: AdminClient, cursor: string) => {
    const { tweetIds, nextCursor } = await listTweets(service, cursor);
    hasPage = true;
    const unclearBefore = count.unclear;
    for (let start = 0; start < tweetIds.length; start += JUDGED_AT_ONCE) {
      await checkTweets(tweetIds.slice(start, start + JUDGED_AT_ONCE), { x, service, count });
    }
    const failed = count.unclear - unclearBefore;
    return { items: tweetIds.length, paced: 0, failed, nextCursor };
  };
  let walk: Walk;
  try {
    walk = await walkPages(
      { name: 'compliance', unit: 'stored tweets', firstCursor: '0', page: checkPage },
      { ...options, rate: Number.POSITIVE_INFINITY, isDryRun: false },
      signal,
      announcer,
    );
  } finally {
    // Also for a page that was interrupted: its reads are billed.
    if (hasPage) {
      const { checked, purged, unclear } = count;
      print(`${counted(checked, 'tweet')} checked, ${purged} purged, ${unclear} unclear.`);
      print(x.cost());
    }
  }
  if (!walk.isComplete) print('Not all were checked; run the same command to continue.');
  if (walk.failed > 0) {
    throw new CliError(
      `X gave no clear answer about ${counted(walk.failed, 'tweet; it is kept', 'tweets; they are kept')}. Run this again.`,
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
