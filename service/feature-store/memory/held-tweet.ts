import type { FeatureWrite } from '../../application/ports/feature-store.ts';
import { scoreOrder, versionOf } from '../../domain/contribution.ts';
import type { FeatureRow } from '../../domain/feature-row.ts';
import { rowBytes } from '../../domain/row-size.ts';
import { rowToRescore } from '../row-to-rescore.ts';
import type { AddedContribution } from './memory-aggregates.ts';

/** Everything stored about a tweet. */
export interface HeldTweet {
  /** By model revision and preprocessing version. */
  readonly rows: Map<string, { readonly row: FeatureRow; readonly endsMs: number }>;
  readonly contribution: AddedContribution | undefined;
}

/** A tweet's entry in the day bucket of its author or of a topic, with the bucket itself. */
const BUCKET_BYTES = 1_000;

/** Memory that a tweet takes with its share of the aggregates, in bytes, rather too much. */
export function heldBytes({ rows, contribution }: HeldTweet): number {
  const buckets = 1 + (contribution?.topicBuckets.length ?? 0);
  return [...rows.values()].reduce((sum, { row }) => sum + rowBytes(row), BUCKET_BYTES * buckets);
}

/** Keeps a row of the same version that was scored later than the new one. */
export function putRow(
  rows: HeldTweet['rows'],
  row: FeatureRow,
  ttlSeconds: number,
  nowMs: number,
): void {
  const version = versionOf(row);
  const present = rows.get(version);
  const isLate =
    present &&
    present.endsMs > nowMs &&
    scoreOrder(present.row.createdTimestampMs) > scoreOrder(row.createdTimestampMs);
  if (!isLate) rows.set(version, { row, endsMs: nowMs + ttlSeconds * 1_000 });
}

/** The row by which a version can score a tweet whose score that counts is of another one. */
export function outdatedRow(
  held: HeldTweet | undefined,
  version: string,
  nowMs: number,
): FeatureWrite | 'present' | 'without text' {
  const counted = held?.contribution?.contribution;
  if (counted?.version === version) return 'present';
  const rows = [...(held?.rows.values() ?? [])].filter(({ endsMs }) => endsMs > nowMs);
  const found = rowToRescore(rows, counted?.scoredAtMs ?? 0, version);
  if (!found) return 'without text';
  return { row: found.row, ttlSeconds: Math.ceil((found.endsMs - nowMs) / 1_000) };
}
