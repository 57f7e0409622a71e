import { Duration } from 'aws-cdk-lib';
import type { StageConfig } from '../stage-config.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { contractMetric } from './contract-metric.ts';

/** What is wrong with the source of tweets, or with what it costs. */
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
      happened: 'More than 20 requests within five minutes failed because the tweet source did.',
      metric: failures('tweet_source_failed'),
      threshold: 20,
      periods: 2,
    },
    {
      name: 'tweet-source-limited',
      kind: 'notice',
      happened: 'Requests fail because the rate limit of X, or our own budget, is used up.',
      metric: failures('tweet_source_limited'),
      threshold: 20,
      periods: 2,
    },
    {
      name: 'tweet-reads',
      kind: 'notice',
      happened: `More than ${tweetReadsPerHour} posts were read at X within an hour; each costs money.`,
      metric: contractMetric(stage, 'TweetReadsSpent', { period: Duration.hours(1) }),
      threshold: tweetReadsPerHour,
      periods: 1,
    },
  ];
}
