import { Duration } from 'aws-cdk-lib';
import type { StageConfig } from '../stage-config.ts';
import type { AlarmSpec } from './alarm.ts';
import { contractMetric } from './contract-metric.ts';

/** Failures and cost of the tweet source. */
export function tweetAlarms({ stage, tweetReadsPerHour }: StageConfig): AlarmSpec[] {
  const failures = (code: 'tweet_source_failed' | 'tweet_source_limited') =>
    contractMetric(stage, 'RequestFailures', {
      dimensionValue: code,
      period: Duration.minutes(5),
    });
  return [
    {
      name: 'tweet-source-failed',
      kind: 'notice',
      happened:
        'The tweet source failed for more than 20 requests in each of two periods of five minutes.',
      metric: failures('tweet_source_failed'),
      threshold: 20,
      periods: 2,
    },
    {
      name: 'tweet-source-limited',
      kind: 'notice',
      happened:
        'More than 20 requests failed in each of two periods of five minutes: the rate limit of X or the daily read budget is used up.',
      metric: failures('tweet_source_limited'),
      threshold: 20,
      periods: 2,
    },
    {
      name: 'tweet-reads',
      kind: 'notice',
      happened: `More than ${tweetReadsPerHour} posts were read from the X API within an hour; each read is billed.`,
      metric: contractMetric(stage, 'TweetReadsSpent', { period: Duration.hours(1) }),
      threshold: tweetReadsPerHour,
      periods: 1,
    },
  ];
}
