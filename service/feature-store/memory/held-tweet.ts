import type { FeatureWrite } from '../../application/ports/feature-store.ts';
import type { FeatureRow } from '../../domain/feature-row.ts';
import { rowBytes } from '../../domain/row-size.ts';
import { newestWithText } from '../newest-with-text.ts';
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

export function versionOf(revision: string, preprocessingVersion: number): string {
  return `${revision}:${preprocessingVersion}`;
}

/** Keeps a row of the same version that was scored later than the new one. */
export function putRow(
  rows: HeldTweet['rows'],
  row: FeatureRow,
  ttlSeconds: number,
  nowMs: number,
): void {
  const version = versionOf(row.model.revision, row.preprocessingVersion);
  const present = rows.get(version);
  const isLate =
    present && present.endsMs > nowMs && present.row.createdTimestampMs > row.createdTimestampMs;
  if (!isLate) rows.set(version, { row, endsMs: nowMs + ttlSeconds * 1_000 });
}

/** The row from which a tweet can be scored by a version that has not scored it. */
export function outdatedRow(
  held: HeldTweet | undefined,
  version: string,
  nowMs: number,
): FeatureWrite | 'present' | 'without text' {
  const rows = new Map([...(held?.rows ?? [])].filter(([, { endsMs }]) => endsMs > nowMs));
  const counted = held?.contribution?.contribution;
  if (rows.has(version) || counted?.version === version) return 'present';
  const newest = newestWithText([...rows.values()], counted?.scoredAtMs ?? 0);
  if (!newest) return 'without text';
  return { row: newest.row, ttlSeconds: Math.ceil((newest.endsMs - nowMs) / 1_000) };
}
