import type { StageConfig } from '../../lib/stage-config.ts';
import {
  DAYS_PER_MONTH,
  FIREHOSE,
  GIGABYTE,
  HOURS_PER_MONTH,
  STORAGE_GIGABYTE_MONTH,
} from '../kit/prices.ts';
import type { Component } from './component.ts';

/** Firehose rounds a record up to a multiple of this. */
const BYTES_PER_RECORD = 5 * 1_024;
/** Buffer of the stream, written when it is full or after 15 minutes. */
const OBJECT_GIGABYTES = 0.128;
const OBJECTS_PER_HOUR = 4;
/** AWS's own pricing example: 70 hours for 741 GB delivered. */
const QUERY_HOURS_PER_GIGABYTE = 70 / 741;

/** Parquet of a record, measured; docs/offline-store.md has the files. */
const STORED_BYTES_PER_RECORD = 32;

function gigabytesIngested(misses: number): number {
  return (misses * BYTES_PER_RECORD) / GIGABYTE;
}

/** Objects that the stream writes in a month. */
export function objectsPerMonth({ offlineStore: wanted }: StageConfig, misses: number): number {
  return wanted
    ? Math.max(
        gigabytesIngested(misses) / OBJECT_GIGABYTES,
        Math.min(misses, OBJECTS_PER_HOUR * HOURS_PER_MONTH),
      )
    : 0;
}

/** Firehose, and the storage of records of `offlineDays`. */
export function offlineStore(config: StageConfig, misses: number): Component {
  if (!config.offlineStore) return { name: 'offline store', usdPerMonth: 0, basis: 'none' };
  const gigabytes = gigabytesIngested(misses);
  const { gigabyteIngested, gigabyteConverted, gigabytePartitioned } = FIREHOSE;
  const perGigabyte =
    gigabyteIngested +
    gigabyteConverted +
    gigabytePartitioned +
    QUERY_HOURS_PER_GIGABYTE * FIREHOSE.queryHour;
  const objects = objectsPerMonth(config, misses);
  const stored =
    ((misses / DAYS_PER_MONTH) * config.offlineDays * STORED_BYTES_PER_RECORD) / GIGABYTE;
  return {
    name: 'offline store',
    usdPerMonth:
      gigabytes * perGigabyte +
      (objects / 1_000) * FIREHOSE.thousandObjects +
      stored * STORAGE_GIGABYTE_MONTH,
    basis: `${gigabytes.toFixed(1)} GB taken in, ${Math.round(objects).toLocaleString('en')} objects, ${stored.toFixed(1)} GB kept`,
  };
}
