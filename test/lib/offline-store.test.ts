import { describe, expect, it } from '@jest/globals';
import { conceptDriftSql } from '../../service/contract/concept-drift.ts';
import {
  LABEL_COLUMNS,
  PARTITION_COLUMN,
  PREDICTION_RECORD,
  trainingSetSql,
} from '../../service/contract/offline.ts';
import { allOf, CONTEXT, Match, synthesize } from './synthesize.ts';

const app = synthesize({ ...CONTEXT.dev, offlineStore: 'true', offlineDays: '90' });
const columns = (record: typeof PREDICTION_RECORD | typeof LABEL_COLUMNS) =>
  Object.entries(record).map(([Name, { type }]) => Match.objectLike({ Name, Type: type }));

describe('the offline store', () => {
  it('is there on request only', () => {
    expect(synthesize(CONTEXT.dev).stacks.offlineStore).toBeUndefined();
  });

  it('brings deleted objects back for a week where data outlives its stack, and only there', () => {
    const [bucket] = allOf(app, 'AWS::S3::Bucket').filter(({ Properties }) =>
      JSON.stringify(Properties).includes('predictions/'),
    );
    expect(bucket?.Properties.VersioningConfiguration).toBeUndefined();
    const kept = synthesize({ ...CONTEXT.prod, offlineStore: 'true' });
    kept.of('offlineStore').hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 7 } }),
        ]),
      },
    });
  });

  it('has a table made from the record of the contract, by the day of scoring', () => {
    app.of('offlineStore').hasResourceProperties('AWS::Glue::Table', {
      TableInput: Match.objectLike({
        Name: 'predictions',
        PartitionKeys: [{ Name: PARTITION_COLUMN, Type: 'string' }],
        StorageDescriptor: Match.objectLike({ Columns: columns(PREDICTION_RECORD) }),
        Parameters: Match.objectLike({
          'projection.enabled': 'true',
          'projection.scored_date.type': 'date',
          'projection.scored_date.format': 'yyyy-MM-dd',
        }),
      }),
    });
  });

  it('has a table for labels, as CSV with a header', () => {
    app.of('offlineStore').hasResourceProperties('AWS::Glue::Table', {
      TableInput: Match.objectLike({
        Name: 'labels',
        StorageDescriptor: Match.objectLike({ Columns: columns(LABEL_COLUMNS) }),
        Parameters: Match.objectLike({ 'skip.header.line.count': '1' }),
      }),
    });
  });

  it('writes Parquet in large files, by the time of scoring and not of arrival', () => {
    const [stream] = allOf(app, 'AWS::KinesisFirehose::DeliveryStream');
    const destination = stream?.Properties.ExtendedS3DestinationConfiguration;
    expect(destination.BufferingHints.SizeInMBs).toBeGreaterThanOrEqual(64);
    expect(destination.Prefix).toBe(
      'predictions/scored_date=!{partitionKeyFromQuery:scored_date}/',
    );
    expect(destination.DataFormatConversionConfiguration.OutputFormatConfiguration).toEqual({
      Serializer: { ParquetSerDe: {} },
    });
    expect(JSON.stringify(destination.ProcessingConfiguration)).toContain(
      '.created_timestamp / 1000 | floor | strftime',
    );
    expect(stream?.Properties.DeliveryStreamEncryptionConfigurationInput.KeyType).toBe(
      'AWS_OWNED_CMK',
    );
  });

  it('is made after its rights: Firehose tries them when it makes a stream', () => {
    const template = app.of('offlineStore');
    const [stream] = Object.values(template.findResources('AWS::KinesisFirehose::DeliveryStream'));
    const [policy] = Object.keys(
      template.findResources('AWS::IAM::Policy', {
        Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^StreamRole') }] },
      }),
    );
    expect(policy).toBeDefined();
    expect(stream?.DependsOn).toContain(policy);
  });

  it('forgets predictions, results and what was rejected after their time', () => {
    app.of('offlineStore').hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ Prefix: 'predictions/', ExpirationInDays: 90 }),
          Match.objectLike({ Prefix: 'query-results/', ExpirationInDays: 7 }),
          Match.objectLike({ Prefix: 'rejected/', ExpirationInDays: 30 }),
        ]),
      },
    });
  });

  it('has the queries of the contract saved: training sets by tweet and by user, concept drift', () => {
    const queries = allOf(app, 'AWS::Athena::NamedQuery').map(
      ({ Properties }) => Properties.QueryString,
    );
    expect(new Set(queries)).toEqual(
      new Set([trainingSetSql('tweet'), trainingSetSql('user'), conceptDriftSql('week')]),
    );
    // Athena's own limit.
    for (const query of queries) expect(query.length).toBeLessThan(262_144);
  });

  it('encrypts results and lets no query choose otherwise', () => {
    app.of('offlineStore').hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } },
      },
    });
  });
});
