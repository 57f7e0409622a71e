/**
 * Reads and writes a feature store until its stdin ends, then prints a report: the process under
 * test of faults.test.ts. Prints `hit` once reads keep finding rows, and `failing`
 * once they keep failing. An unhandled rejection ends the process.
 */

import { FeatureStoreUnavailableError } from '../../../service/domain/errors.ts';
import type { FeatureRow } from '../../../service/domain/feature-row.ts';
import { RedisFeatureStore } from '../../../service/feature-store/redis/redis-feature-store.ts';
import { PATIENT_TIMEOUTS } from '../../helpers/connected-store.ts';
import { settlesWithin } from '../../helpers/settles-within.ts';

const TWEETS = 20;
const LATE_MS = 1_000;
const [url, patience] = process.argv.slice(2);
if (!url) throw new Error('usage: load.ts REDIS_URL [patient]');

let logLines = 0;
const log = () => {
  logLines++;
};
const identity = { name: 'fake-model', revision: '0123456789ab', preprocessingVersion: 1 };
const store = await RedisFeatureStore.connect({
  url,
  keyPrefix: 'load:',
  ...(patience === 'patient' && { timeouts: PATIENT_TIMEOUTS }),
  identity,
  metrics: { record: () => undefined },
  logger: { debug: log, info: log, warn: log, error: log },
});

const report = {
  hits: 0,
  failures: 0,
  wrongRows: 0,
  otherFailures: [] as string[],
  lateReads: 0,
  lastReadWorked: false,
  /** Times that reads began to keep failing. */
  outages: 0,
  logLines: 0,
};

let running = true;
/** Reads in a row after which a new state is printed. */
const STREAK = 20;
let printed = '';
let latest = '';
let streak = 0;
function observe(state: 'hit' | 'failing'): void {
  streak = state === latest ? streak + 1 : 1;
  latest = state;
  if (streak < STREAK || state === printed) return;
  if (state === 'failing') report.outages++;
  console.log(state);
  printed = state;
}

process.stdin.on('end', () => {
  running = false;
});
process.stdin.resume();

async function attempt(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof FeatureStoreUnavailableError) report.failures++;
    else report.otherFailures.push(String(error));
    return false;
  }
}

function rowOf(tweetId: string): FeatureRow {
  return {
    tweetId,
    authorId: null,
    authorUsername: null,
    topics: [],
    eventTimestampMs: 0,
    createdTimestampMs: Date.now(),
    model: { name: identity.name, revision: identity.revision },
    preprocessingVersion: identity.preprocessingVersion,
    label: 'neutral',
    scores: { negative: 0, neutral: 1, positive: 0 },
    truncated: false,
    language: 'en',
    languageSupported: true,
    text: `the text of ${tweetId}`,
  };
}

async function work(worker: number): Promise<void> {
  for (let turn = worker; running; turn++) {
    const id = `${1_000 + (turn % TWEETS)}`;
    const reading = attempt(async () => {
      const [row] = await store.getTweets([id]);
      if (!row) return;
      report.hits++;
      observe('hit');
      if (row.tweetId !== id || row.text !== `the text of ${id}`) report.wrongRows++;
    });
    if (!(await settlesWithin(LATE_MS, reading))) report.lateReads++;
    report.lastReadWorked = await reading;
    if (!report.lastReadWorked) observe('failing');
    await attempt(async () => {
      await store.putTweets([{ row: rowOf(id), ttlSeconds: 60 }]);
    });
    if (turn % 50 === 0) {
      void attempt(async () => {
        await store.purgeTweet(`${9_000_000 + turn}`);
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

await Promise.all(Array.from({ length: 8 }, (_, worker) => work(worker * 3)));
await store.close();
console.log(JSON.stringify({ ...report, logLines }));
process.exit();
