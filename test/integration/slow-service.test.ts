/** Clients of a service that answers few texts within a deadline, however idle it is. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TweetSentimentClient } from '../../docs/examples/client.mjs';
import type { TextsResponse } from '../../service/http/routes/texts/schemas.ts';
import { ApiProblem, type ProblemHints } from '../../service/web/api-problem.ts';
import { FileScoring } from '../../service/web/file-scoring.ts';
import { connectedStore } from '../helpers/connected-store.ts';
import { RecordedLog, RecordedMetrics } from '../helpers/fakes.ts';
import { RedisServer } from '../helpers/redis-server.ts';
import { ServiceProcess } from '../helpers/service-process.ts';
import { runTool } from '../helpers/tool-process.ts';
import { aRow } from '../port-suites/feature-store-contract.ts';

type Problem = ProblemHints & { readonly code: string; readonly detail: string };

const ADMIN_TOKEN = 'admin-token-of-the-test';
const PYTHON = resolve('.tools/open-inference/bin/python');
const EARLIER = { name: 'earlier', revision: 'ba9876543210' };

/** Texts of 256 tokens, the most that the model reads. */
const TEXTS = Array.from({ length: 40 }, (_, index) => `${index} ${'What a day. '.repeat(80)}`);

let redis: RedisServer;
let service: ServiceProcess;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slow-service-'));
  redis = await RedisServer.start();
  await startWithin(600_000);
  const batchMs = await fastestBatchMs();
  await service.stop();
  // Too short for all texts and long enough for one, whatever the speed of the machine.
  await startWithin(Math.ceil(batchMs * 0.2));
});
afterAll(async () => {
  await service?.stop();
  await redis?.stop();
});

async function startWithin(deadlineMs: number): Promise<void> {
  service = await ServiceProcess.start({
    ADMIN_TOKEN,
    TWEET_SOURCE: 'fixture',
    REDIS_URL: redis.url,
    INFERENCE_WORKERS: '1',
    BATCH_DEADLINE_MS: `${deadlineMs}`,
  });
}

/** The shortest of three: others may have waited for a busy machine. */
async function fastestBatchMs(): Promise<number> {
  const times: number[] = [];
  for (let batch = 0; batch < 3; batch++) {
    const { headers, status } = await post(TEXTS);
    expect(status).toBe(200);
    times.push(1_000 * Number(headers.get('x-process-time')));
  }
  return Math.min(...times);
}

const post = (texts: readonly string[]) =>
  fetch(`${service.url}/v1/inference`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ texts }),
  });

const tss = (...words: string[]) =>
  runTool([...words, '--url', service.url], { environment: { ADMIN_TOKEN }, folder });

describe('a service with a short deadline', () => {
  it('says that a batch exceeds it', async () => {
    const response = await post(TEXTS);
    expect([response.status, await response.json()]).toEqual([
      503,
      expect.objectContaining({ code: 'overloaded', exceedsDeadline: true }),
    ]);
  });

  it('stores all tweets of tss populate', async () => {
    const path = join(folder, 'tweets.jsonl');
    const lines = TEXTS.map((text, index) =>
      JSON.stringify({ id: `14603237370356776${10 + index}`, text }),
    );
    writeFileSync(path, lines.join('\n'));
    const { code, stdout } = await tss('populate', '--file', path);
    expect([code, stdout]).toEqual([0, `${path}: 40 stored\n`]);
  });

  it('scores all stored tweets again for tss rescore', async () => {
    const store = await connectedStore({
      url: redis.url,
      keyPrefix: 'tss:',
      identity: { ...EARLIER, preprocessingVersion: 1 },
      metrics: new RecordedMetrics(),
      logger: new RecordedLog(),
    });
    await store.putTweets(
      TEXTS.map((text, index) => ({
        row: aRow({ model: EARLIER, tweetId: `${100 + index}`, text }),
        ttlSeconds: 3_600,
      })),
    );
    await store.close();
    expect(await tss('rescore', '--rate', '1000')).toMatchObject({ code: 0 });
    const { stdout } = await tss('rescore', '--dry-run');
    expect(stdout).toMatch(/^0 tweets to rescore, 80 already present/);
  });

  it('scores all rows of a file for the page', async () => {
    const scoring = new FileScoring(
      {
        texts: TEXTS,
        send: async (texts) => {
          const response = await post(texts);
          if (response.ok) return (await response.json()) as TextsResponse;
          const { code, detail, ...hints } = (await response.json()) as Problem;
          throw new ApiProblem(code, detail, hints);
        },
        pause: (ms) => setTimeout(ms),
        onProgress: () => {},
      },
      new Map(),
    );
    await scoring.run(new AbortController().signal);
    expect(scoring.results.filter((result) => result && 'scores' in result)).toHaveLength(40);
  });

  it('scores all texts for docs/examples/client.mjs', async () => {
    const results = await new TweetSentimentClient({ url: service.url }).scoreTexts(TEXTS);
    expect(results.map(({ status }) => status)).toEqual(TEXTS.map(() => 'ok'));
  });

  (hasPython() ? it : it.skip)('scores all rows for docs/examples/score_csv.py', async () => {
    const [source, target] = [join(folder, 'texts.csv'), join(folder, 'scored.csv')];
    writeFileSync(source, `text\n${TEXTS.join('\n')}\n`);
    await promisify(execFile)(PYTHON, [resolve('docs/examples/score_csv.py'), source, target], {
      env: { SERVICE_URL: service.url },
    });
    const rows = readFileSync(target, 'utf8').trim().split('\n').slice(1);
    expect(rows).toHaveLength(40);
    for (const row of rows) expect(row).toMatch(/,(negative|neutral|positive),/);
  });
});

function hasPython(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import pandas, requests'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
