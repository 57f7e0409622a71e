/** Former names of what is now one port; import from feature-store.ts instead. */
export type {
  ActiveUser,
  BeforePurge,
  DayBucket,
  FeatureStore as AggregateStore,
  LabelCounts,
  UserBuckets,
} from './feature-store.ts';
