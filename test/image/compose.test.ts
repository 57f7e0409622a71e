import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execute } from '../../script/image/lib/execute.ts';
import { eventually } from '../helpers/eventually.ts';

const COMPOSE = 'script/image/compose';
/** Exit code of the command where there is no Compose. */
const CANNOT = 3;
/** Includes building Compose, on a busy machine. */
const TIMEOUT_MS = 600_000;
/** A bundled example, which the tweet source `fixture` reads. */
const TWEET_URL = 'https://x.com/i/status/1460323737035677698';

const attempt = spawnSync(COMPOSE, ['version'], { encoding: 'utf8' });
// Not by the console, whose lines Jest drops when a whole file is skipped.
if (attempt.status === CANNOT) process.stdout.write(`Skipped: ${attempt.stderr.trim()}\n`);
const describeComposed = attempt.status === CANNOT ? describe.skip : describe;

describeComposed('docker compose up', () => {
  const folder = mkdtempSync(join(tmpdir(), 'compose-'));
  const override = join(folder, 'override.json');
  const predictions = join(folder, 'predictions');
  let url: string;

  function compose(...words: readonly string[]): Promise<string> {
    const options = ['--project-name', 'tweet-sentiment-test', '--file', 'compose.yaml'];
    // Any free port of this machine.
    return execute(COMPOSE, [...options, '--file', override, ...words], { PORT: '0' });
  }

  beforeAll(async () => {
    const service = {
      image: process.env.SERVICE_IMAGE,
      environment: { TWEET_SOURCE: 'fixture', PREDICTION_LOG_DIR: '/predictions' },
      volumes: [`${predictions}:/predictions`],
    };
    // As docs/container.md says.
    mkdirSync(predictions);
    chownSync(predictions, 1000, 1000);
    writeFileSync(override, JSON.stringify({ services: { service } }));
    // Fails unless both services become healthy.
    await compose('up', '--no-build', '--detach', '--wait');
    // Redis, the stand-in for Valkey's image, refuses other machines by default; that image does not.
    const allowAll = ['config', 'set', 'protected-mode', 'no'];
    await compose('exec', '-T', 'feature-store', 'valkey-cli', ...allowAll);
    url = `http://${(await compose('port', 'service', '3000')).trim()}`;
  }, TIMEOUT_MS);

  afterAll(async () => {
    await compose('down', '--volumes');
    rmSync(folder, { recursive: true });
  }, TIMEOUT_MS);

  it('starts a service that answers a text', async () => {
    const response = await fetch(`${url}/v1/inference`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ texts: ['I love this phone'] }),
    });
    expect(await response.json()).toMatchObject({ results: [{ sentimentAnalyst: 'positive' }] });
  });

  it('keeps the row of a tweet in Valkey', async () => {
    const keys = () => compose('exec', '-T', 'feature-store', 'valkey-cli', 'dbsize');
    expect((await keys()).trim()).toBe('0');
    // A busy machine lets the store miss its deadline now and then.
    await eventually(async () => {
      const response = await fetch(`${url}/v1/inference?tweetUrl=${encodeURIComponent(TWEET_URL)}`);
      expect(await response.json()).toMatchObject({ featureStore: 'hit' });
    }, TIMEOUT_MS);
    expect((await keys()).trim()).not.toBe('0');
  });

  it('keeps the prediction log in a folder of the machine', async () => {
    await fetch(`${url}/v1/inference?tweetUrl=${encodeURIComponent(TWEET_URL)}`);
    await eventually(async () => {
      expect(readdirSync(predictions)).toEqual([expect.stringMatching(/\.jsonl$/)]);
    }, TIMEOUT_MS);
  });
});
