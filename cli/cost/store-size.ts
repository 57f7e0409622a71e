import { sampleEnvironment } from '../../lib/stage-config/task-environment.ts';
import type { StageConfig } from '../../lib/stage-config.ts';
import { DAY_SECONDS, readEnvironment } from '../../service/contract/settings.ts';
import { STORE_NODES } from '../kit/prices.ts';

/** Measured at a million tweets without their texts; docs/feature-store-format.md has the table. */
export const BYTES_PER_TWEET = {
  /** Row with its share of the tables of keys; lives for FEATURE_TTL_SECONDS. */
  row: 362,
  /** Lives for 1.25 times AGGREGATE_TTL_DAYS. */
  index: 224,
  /** Day buckets, lists of tweets and the ranking; live for AGGREGATE_TTL_DAYS. */
  aggregates: 403,
} as const;

const INDEX_LIFETIMES = 1.25;

/** The part of a node's memory that ElastiCache advises to keep free for backups and failovers. */
const RESERVE = 0.25;
const RESERVE_ON_MICRO = 0.5;

/** Bytes that the store grows to under an even load: tweets a day times lifetime times size. */
export function storedBytes(config: StageConfig, tweetsPerDay: number): number {
  const { settings } = readEnvironment(sampleEnvironment(config));
  const rowDays = settings.FEATURE_TTL_SECONDS / DAY_SECONDS;
  const aggregateDays = settings.AGGREGATE_TTL_DAYS;
  return (
    tweetsPerDay *
    (rowDays * BYTES_PER_TWEET.row +
      aggregateDays * INDEX_LIFETIMES * BYTES_PER_TWEET.index +
      aggregateDays * BYTES_PER_TWEET.aggregates)
  );
}

/** Bytes that a node of a priced type holds beside its reserve; 0 for an unknown type. */
export function nodeCapacityBytes(type: string): number {
  const reserve = type.endsWith('.micro') ? RESERVE_ON_MICRO : RESERVE;
  return (STORE_NODES[type]?.gibibytes ?? 0) * 2 ** 30 * (1 - reserve);
}

/** The cheapest node type that holds the bytes; undefined if none does. */
export function cheapestNode(bytes: number): string | undefined {
  return Object.entries(STORE_NODES)
    .toSorted(([, a], [, b]) => a.hour - b.hour)
    .find(([type]) => nodeCapacityBytes(type) >= bytes)?.[0];
}
