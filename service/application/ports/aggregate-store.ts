/** Re-exports the merged port under its former names. Import from feature-store.ts instead. */
export type {
  ActiveUser,
  BeforePurge,
  DayBucket,
  FeatureStore as AggregateStore,
  LabelCounts,
  UserBuckets,
} from './feature-store.ts';
