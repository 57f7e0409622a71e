/** Fills the feature store of a running service: `npm run populate -- --help`. */
import { type PopulateArguments, parsePopulateArguments, USAGE } from './populate/arguments.ts';
import { fileSupply } from './populate/file-supply.ts';
import { ingest, Tally } from './populate/ingest.ts';
import { sampleSupply } from './populate/sample-supply.ts';
import type { Supply } from './populate/supply.ts';
import { topicSupply, userSupply } from './populate/x-supply.ts';
import { AdminClient } from './shared/admin-client.ts';
import { requiredVariable } from './shared/arguments.ts';
import { ProgressBar } from './shared/progress.ts';
import { runTool } from './shared/run-tool.ts';
import { StateFile } from './shared/state-file.ts';
import { XReader } from './shared/x-reader.ts';

await runTool(USAGE, async (signal) => {
  const chosen = parsePopulateArguments(process.argv.slice(2));
  if (chosen === 'help') {
    console.log(USAGE);
    return;
  }
  await populate(chosen, signal);
});

async function populate(chosen: PopulateArguments, signal: AbortSignal): Promise<void> {
  let bar: ProgressBar | undefined;
  const announce = (message: string) => (bar ? bar.say(message) : console.error(message));
  const token = requiredVariable('ADMIN_TOKEN', 'the token that the service was started with');
  const service = new AdminClient({ url: chosen.url, token, announce, signal });
  const x = xReader(chosen, announce, signal);
  const state = await StateFile.open(chosen.stateFile);
  try {
    for (const supply of await suppliesOf(chosen, x)) {
      const tally = new Tally();
      const from = state.get(supply.job);
      const { name, job, total } = supply;
      bar = new ProgressBar({ output: process.stderr, name, total, done: from?.done ?? 0 });
      let done = from?.done ?? 0;
      try {
        for await (const batch of supply.batches(from)) {
          await ingest(batch, service, tally);
          done += batch.tweets.length;
          await state.put(job, { cursor: batch.cursor, done });
          bar.add(batch.tweets.length);
        }
        await state.remove(job);
      } finally {
        bar.end();
        bar = undefined;
        console.log(`${name}: ${tally}`);
      }
    }
  } finally {
    if (signal.aborted) console.log('Stopped; the same command goes on from here.');
    if (x) console.log(x.cost());
  }
}

async function suppliesOf(chosen: PopulateArguments, x: XReader | undefined): Promise<Supply[]> {
  const supplies: Supply[] = [];
  if (chosen.sample) supplies.push(sampleSupply(Date.now()));
  for (const path of chosen.files) supplies.push(await fileSupply(path));
  if (x) {
    supplies.push(...chosen.users.map((user) => userSupply(user, chosen.limit, x)));
    supplies.push(...chosen.topics.map((topic) => topicSupply(topic, chosen.limit, x)));
  }
  return supplies;
}

/** Undefined when X is not needed. */
function xReader(
  { users, topics }: PopulateArguments,
  announce: (message: string) => void,
  signal: AbortSignal,
): XReader | undefined {
  if (users.length + topics.length === 0) return undefined;
  return XReader.fromEnvironment(announce, signal);
}
