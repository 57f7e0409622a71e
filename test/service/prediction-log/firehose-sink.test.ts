import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StartupError } from '../../../service/domain/errors.ts';
import { BufferedPredictionLog } from '../../../service/prediction-log/buffer.ts';
import { FirehoseRecordSink } from '../../../service/prediction-log/firehose-sink.ts';
import { predictionLine } from '../../../service/prediction-log/record.ts';
import { PartialWriteError } from '../../../service/prediction-log/record-sink.ts';
import { RecordedLog, RecordedMetrics } from '../../helpers/fakes.ts';
import { FirehoseStub } from '../../helpers/firehose-stub.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';

const lines = (count: number) =>
  Array.from({ length: count }, (_, index) => predictionLine(aRow({ tweetId: `${index + 1}` })));

const idsOf = (texts: readonly string[]) =>
  texts.map((text) => (JSON.parse(text) as { tweet_id: string }).tweet_id);

let stub: FirehoseStub;
const before = { ...process.env };
beforeEach(async () => {
  stub = await FirehoseStub.start();
  Object.assign(process.env, stub.environment);
});
afterEach(async () => {
  await stub.close();
  process.env = { ...before };
});

/** Time-outs that end a test only if it hangs, even on a busy machine. */
const connect = (timeoutMs = 15_000) =>
  FirehoseRecordSink.connect({
    streamName: 'predictions',
    timeoutMs,
    connectionTimeoutMs: 15_000,
  });

describe('FirehoseRecordSink', () => {
  it('puts a batch in one call, a record for each line, each with its line break', async () => {
    const sink = await connect();
    const batch = lines(500);
    await sink.write(batch);
    expect(stub.calls).toEqual([batch.map(({ text }) => text)]);
    expect(stub.accepted.every((text) => text.endsWith('}\n'))).toBe(true);
    expect([...stub.streams]).toEqual(['predictions']);
  });

  it('says which records were refused', async () => {
    stub.script({ refuse: [1, 3] });
    const batch = lines(4);
    const error = await (await connect()).write(batch).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(PartialWriteError);
    expect(error).toMatchObject({
      refused: [batch[1], batch[3]],
      message: 'Firehose refused 2 of 4 records: ServiceUnavailableException',
    });
  });

  it.each([
    ['empty', {}],
    ['without a word about each record', { FailedPutCount: 0, RequestResponses: [] }],
    ['without reasons', { FailedPutCount: 2, RequestResponses: [{}, {}] }],
  ])('takes no record for written by an answer that is %s', async (_name, answer) => {
    stub.script({ answer });
    const batch = lines(2);
    await expect((await connect()).write(batch)).rejects.toMatchObject({
      refused: batch,
      message: 'Firehose refused 2 of 2 records: no reason given',
    });
  });

  it.each([
    ['is throttled', { status: 400, type: 'LimitExceededException' }],
    ['is unavailable', { status: 503, type: 'ServiceUnavailableException' }],
    ['does not exist', { status: 400, type: 'ResourceNotFoundException' }],
    ['breaks off', 'break-off'],
  ] as const)('fails after one call when the stream %s', async (_name, behavior) => {
    stub.otherwise = behavior;
    await expect((await connect()).write(lines(1))).rejects.toThrow();
    expect(stub.calls).toHaveLength(1);
  });

  it('gives up a call that hangs', async () => {
    stub.script('hang');
    await expect((await connect(50)).write(lines(1))).rejects.toThrow(
      'Firehose did not answer within 50 ms',
    );
  });

  it('stays within 4 MiB a call, encoded', async () => {
    const { maxBytes } = await connect();
    expect(Math.ceil(maxBytes / 3) * 4).toBeLessThanOrEqual(4 * 1_024 * 1_024);
  });

  it('refuses to start without a region', async () => {
    delete process.env.AWS_REGION;
    await expect(connect()).rejects.toThrow(StartupError);
    await expect(connect()).rejects.toThrow(
      'PREDICTION_STREAM=predictions needs the AWS region of the stream: set AWS_REGION.',
    );
  });
});

describe('a prediction log in Firehose', () => {
  it('gets every record there through throttling, refusals and lost connections', async () => {
    stub.script(
      { refuse: [0, 1, 2] },
      { status: 503, type: 'ServiceUnavailableException' },
      'break-off',
      { refuse: [2] },
    );
    const [metrics, logger] = [new RecordedMetrics(), new RecordedLog()];
    const log = new BufferedPredictionLog({ sink: await connect(), metrics, logger });
    log.append(lines(1_203).map((_, index) => aRow({ tweetId: `${index + 1}` })));
    await log.flush();
    expect(stub.calls.every(({ length }) => length <= 500)).toBe(true);
    const ids = new Set(idsOf(stub.accepted));
    expect(ids.size).toBe(1_203);
    expect(metrics.sum('PredictionLogDroppedRecords')).toBe(0);
    expect(metrics.sum('PredictionLogRecords')).toBe(1_203);
    expect(metrics.sum('PredictionLogErrors')).toBe(4);
  });
});
