import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { predictionLine, tombstoneLine } from '../../service/prediction-log/record.ts';
import { aRow } from '../port-suites/feature-store-contract.ts';
import { allOf, CONTEXT, synthesize } from './synthesize.ts';

interface Jq {
  json(input: unknown, filter: string): Promise<unknown>;
}

const require = createRequire(import.meta.url);

/** jq 1.6 in WebAssembly: Firehose supports that version only, and newer ones accept more. */
const jq: Jq = await require('jq-web').promised;

const app = synthesize({ ...CONTEXT.dev, offlineStore: 'true' });
const LAST_MS_OF_THE_DAY = Date.UTC(2026, 10, 23, 23, 59, 59, 999);

interface Parameter {
  readonly ParameterName: string;
  readonly ParameterValue: string;
}

function partitionQuery(): string {
  const [stream] = allOf(app, 'AWS::KinesisFirehose::DeliveryStream');
  const destination = stream?.Properties.ExtendedS3DestinationConfiguration;
  const parameters: Parameter[] = destination.ProcessingConfiguration.Processors.flatMap(
    ({ Parameters }: { Parameters: Parameter[] }) => Parameters,
  );
  const parameter = (name: string) =>
    parameters.find(({ ParameterName }) => ParameterName === name)?.ParameterValue;
  expect(parameter('JsonParsingEngine')).toBe('JQ-1.6');
  return parameter('MetadataExtractionQuery') ?? '';
}

describe('the partition query of the offline store, run by jq 1.6', () => {
  it.each([
    ['a prediction', predictionLine(aRow({ createdTimestampMs: LAST_MS_OF_THE_DAY }))],
    ['a tombstone', tombstoneLine('7', LAST_MS_OF_THE_DAY)],
  ])('finds the UTC day of %s', async (_record, { text }) => {
    expect(await jq.json(JSON.parse(text), partitionQuery())).toEqual({
      scored_date: '2026-11-23',
    });
  });

  it('is judged by a jq that rejects arithmetic without parentheses, as Firehose does', async () => {
    await expect(jq.json({ a: 1 }, '{"day":.a / 1000 | floor}')).rejects.toThrow('compile error');
  });
});
