import { describe, expect, it } from '@jest/globals';
import { PREDICTION_RECORD } from '../../../service/contract/offline.ts';
import { predictionLine, tombstoneLine } from '../../../service/prediction-log/record.ts';
import { aRow } from '../../port-suites/feature-store-contract.ts';

describe('the line of a prediction', () => {
  it('is one line of JSON with the columns of the contract, in their order', () => {
    const { text, bytes } = predictionLine(aRow({ topics: ['#naïve\n'] }));
    expect(text.indexOf('\n')).toBe(text.length - 1);
    expect(bytes).toBe(Buffer.from(text).length);
    expect(Object.keys(JSON.parse(text))).toEqual(Object.keys(PREDICTION_RECORD));
  });

  it('holds the row without username and text', () => {
    const { text } = predictionLine(
      aRow({ authorUsername: 'planted-handle', text: 'planted-text' }),
    );
    expect(text).not.toContain('planted');
    expect(JSON.parse(text)).toEqual({
      record_type: 'prediction',
      tweet_id: '1460323737035677698',
      author_id: '2244994945',
      topics: ['#phones', '$btc'],
      event_timestamp: Date.UTC(2021, 10, 15, 19, 8, 5),
      created_timestamp: Date.UTC(2026, 10, 23, 8, 0, 0, 123),
      model_name: 'fake-model',
      model_revision: '0123456789ab',
      preprocessing_version: 1,
      label: 'positive',
      score_negative: 0.05,
      score_neutral: 0.15,
      score_positive: 0.8,
      language: 'en',
      language_supported: true,
    });
  });
});

describe('the line of a tombstone', () => {
  it('holds the id and the time of the purge', () => {
    const { text, recordType } = tombstoneLine('7', 12);
    expect([recordType, JSON.parse(text)]).toEqual([
      'tombstone',
      { record_type: 'tombstone', tweet_id: '7', created_timestamp: 12 },
    ]);
  });
});
