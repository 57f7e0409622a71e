import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PREDICTION_RECORD } from '../../service/contract/offline.ts';
import { formatDay, utcDay } from '../../service/domain/utc-days.ts';
import { FirehoseStub } from '../helpers/firehose-stub.ts';
import { ServiceProcess } from '../helpers/service-process.ts';

/** One of the bundled example tweets. */
const URL = 'https://x.com/i/status/1460323737035677698';
const ID = '1460323737035677698';
const ADMIN = { authorization: 'Bearer token-of-the-test' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prediction-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const start = (environment: Readonly<Record<string, string>>) =>
  ServiceProcess.start(
    {
      TWEET_SOURCE: 'fixture',
      ADMIN_TOKEN: 'token-of-the-test',
      METRICS: 'emf',
      ...environment,
    },
    { writable: folder },
  );

const records = (lines: string): Record<string, unknown>[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const purge = (service: ServiceProcess) =>
  service.get(`/v1/admin/features/tweets/${ID}`, { method: 'DELETE', headers: ADMIN });

/** Asks for a tweet. test/perf/prediction-log.test.ts measures how long the answer takes. */
async function expectAnAnswer(service: ServiceProcess): Promise<void> {
  const answer = await service.tweet(URL);
  await answer.text();
  expect(answer.status).toBe(200);
}

describe('the prediction log of the service', () => {
  it('holds each scored tweet once, and each purge, without text and handle', async () => {
    const service = await start({ PREDICTION_LOG_DIR: folder });
    const answer = await service.tweet(URL);
    const { textInput, author } = (await answer.json()) as {
      textInput: string;
      author: { username: string };
    };
    await service.tweet(URL);
    expect((await purge(service)).status).toBe(200);
    // A purge has been recorded when it is answered.
    const lines = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    const [scored, purged, ...others] = records(lines);
    expect(others).toEqual([]);
    expect(Object.keys(scored ?? {})).toEqual(Object.keys(PREDICTION_RECORD));
    expect(scored).toMatchObject({ record_type: 'prediction', tweet_id: ID, label: 'positive' });
    expect(purged).toMatchObject({ record_type: 'tombstone', tweet_id: ID });
    for (const planted of [textInput, author.username]) expect(lines).not.toContain(planted);
  });

  it('is written before the process ends', async () => {
    const service = await start({ PREDICTION_LOG_DIR: join(folder, 'made') });
    await service.tweet(URL);
    await service.stop();
    const [file] = readdirSync(join(folder, 'made'));
    expect(records(readFileSync(join(folder, 'made', file!), 'utf8'))).toHaveLength(1);
  });

  it('is never in the way of an answer when the disk is full, and a purge says so', async () => {
    for (const days of [0, 1]) {
      symlinkSync(
        '/dev/full',
        join(folder, `${formatDay(utcDay(Date.now() + days * 86_400_000))}.jsonl`),
      );
    }
    const service = await start({ PREDICTION_LOG_DIR: folder, SHUTDOWN_TIMEOUT_MS: '2000' });
    await expectAnAnswer(service);
    expect((await purge(service)).status).toBe(503);
    await expectAnAnswer(service);
    await service.stop();
    const failures = service.log.filter(({ reason }) => String(reason).includes('ENOSPC'));
    expect(failures).toHaveLength(1);
    expect(service.output).toContain('"PredictionLogDroppedRecords"');
  });

  it('makes the service refuse to start where it cannot be', async () => {
    writeFileSync(join(folder, 'file'), '');
    const end = await ServiceProcess.runToEnd({ PREDICTION_LOG_DIR: join(folder, 'file', 'log') });
    expect(end.code).toBe(1);
    expect(end.output).toMatch(/PREDICTION_LOG_DIR=.* is not a writable directory: .* Set one/);
  });
});

describe('the prediction log in Firehose', () => {
  let stub: FirehoseStub;
  beforeEach(async () => {
    stub = await FirehoseStub.start();
  });
  afterEach(() => stub.close());

  const startWithStream = (environment: Readonly<Record<string, string>> = {}) =>
    start({ PREDICTION_STREAM: 'predictions', ...stub.environment, ...environment });

  it('arrives through throttling, at the latest when the process ends', async () => {
    stub.script({ status: 503, type: 'ServiceUnavailableException' }, { refuse: [0] });
    const service = await startWithStream();
    await expectAnAnswer(service);
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(records(stub.accepted.join(''))).toMatchObject([{ tweet_id: ID }]);
  });

  it('is never in the way of an answer, nor of the end, when Firehose hangs', async () => {
    stub.otherwise = 'hang';
    const service = await startWithStream({ SHUTDOWN_TIMEOUT_MS: '2000' });
    await expectAnAnswer(service);
    await stub.nextCall();
    await expectAnAnswer(service);
    await service.stop();
    expect(service.output).toContain('"PredictionLogDroppedRecords"');
  });

  it('needs a region to start', async () => {
    const end = await ServiceProcess.runToEnd({
      PREDICTION_STREAM: 'predictions',
      AWS_CONFIG_FILE: '/nowhere',
      AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    });
    expect([end.code, end.output]).toEqual([1, expect.stringContaining('set AWS_REGION')]);
  });
});
