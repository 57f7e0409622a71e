import type { LabelCounts } from '../../application/ports/feature-store.ts';
import { perLabel } from '../../domain/sentiment.ts';
import type { DayBuckets } from './day-buckets.ts';

interface ActiveEntity {
  readonly entity: string;
  readonly counts: LabelCounts;
  readonly otherLanguages: number;
}

/** Entities with the most tweets in languages that the model reads; ties as Redis orders them. */
export function mostActive(entities: DayBuckets, limit: number): readonly ActiveEntity[] {
  return entities
    .entities()
    .flatMap((entity) => {
      const buckets = entities.of(entity) ?? [];
      const counts = perLabel((label) => sum(buckets.map((bucket) => bucket.counts[label])));
      const otherLanguages = sum(buckets.map((bucket) => bucket.otherLanguages));
      const total = sum(Object.values(counts));
      return total === 0 ? [] : [{ total, active: { entity, counts, otherLanguages } }];
    })
    .sort((a, b) => b.total - a.total || byUtf8(b.active.entity, a.active.entity))
    .slice(0, limit)
    .map(({ active }) => active);
}

function byUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
