/** Purges what X no longer shows: `npm run compliance -- --help`. */
import {
  type ComplianceArguments,
  parseComplianceArguments,
  USAGE,
} from './compliance/arguments.ts';
import { JUDGED_AT_ONCE, judge } from './compliance/judge.ts';
import { listTweets, purgeTweet } from './compliance/stored-tweets.ts';
import { AdminClient } from './shared/admin-client.ts';
import { requiredVariable } from './shared/arguments.ts';
import { CliError } from './shared/cli-error.ts';
import { ProgressBar } from './shared/progress.ts';
import { runTool } from './shared/run-tool.ts';
import { StateFile } from './shared/state-file.ts';
import { XReader } from './shared/x-reader.ts';

await runTool(USAGE, async (signal) => {
  const chosen = parseComplianceArguments(process.argv.slice(2));
  if (chosen === 'help') {
    console.log(USAGE);
    return;
  }
  await comply(chosen, signal);
});

async function comply(
  { limit, url, stateFile }: ComplianceArguments,
  signal: AbortSignal,
): Promise<void> {
  let bar: ProgressBar | undefined;
  const announce = (message: string) => (bar ? bar.say(message) : console.error(message));
  const token = requiredVariable('ADMIN_TOKEN', 'the token that the service was started with');
  const service = new AdminClient({ url, token, announce, signal });
  const x = XReader.fromEnvironment(announce, signal);
  const state = await StateFile.open(stateFile);

  const job = `compliance:${url}`;
  const from = state.get(job);
  const count = { checked: 0, purged: 0, unclear: 0 };
  let cursor: string | null = from?.cursor ?? '0';
  bar = new ProgressBar({
    output: process.stderr,
    name: 'stored tweets',
    total: null,
    done: from?.done ?? 0,
  });
  try {
    while (cursor !== null && count.checked < limit) {
      const { tweetIds, nextCursor } = await listTweets(service, cursor);
      for (let start = 0; start < tweetIds.length; start += JUDGED_AT_ONCE) {
        const ids = tweetIds.slice(start, start + JUDGED_AT_ONCE);
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
        bar.add(ids.length);
      }
      cursor = nextCursor;
      if (cursor === null) await state.remove(job);
      else await state.put(job, { cursor, done: (from?.done ?? 0) + count.checked });
    }
  } finally {
    bar.end();
    const { checked, purged, unclear } = count;
    console.log(`${checked} tweets checked, ${purged} purged, ${unclear} unclear.`);
    if (signal.aborted) console.log('Stopped; the same command goes on from here.');
    console.log(x.cost());
  }
  if (cursor !== null) console.log('Not all were checked; the same command goes on from here.');
  if (count.unclear > 0) {
    throw new CliError(
      `X did not say what became of ${count.unclear} tweets; they are kept. Run this again.`,
    );
  }
}
