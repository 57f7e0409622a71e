import type { StageConfig } from '../../lib/stage-config.ts';
import { FIREHOSE, GIGABYTE, HOURS_PER_MONTH } from '../kit/prices.ts';

/** Firehose counts a record as a multiple of that. */
const BYTES_PER_RECORD = 5 * 1_024;
/** Buffer of the stream: an object is written when it is full, or after 15 minutes. */
const OBJECT_GIGABYTES = 0.128;
const OBJECTS_PER_HOUR = 4;
/** AWS's own pricing example: 70 hours for 741 GB delivered. */
const QUERY_HOURS_PER_GIGABYTE = 70 / 741;

/** What is stored is compressed, and costs little beside what is taken in. */
export function offlineStore({ offlineStore: wanted }: StageConfig, misses: number) {
  const gigabytes = (misses * BYTES_PER_RECORD) / GIGABYTE;
  const { gigabyteIngested, gigabyteConverted, gigabytePartitioned } = FIREHOSE;
  const perGigabyte =
    gigabyteIngested +
    gigabyteConverted +
    gigabytePartitioned +
    QUERY_HOURS_PER_GIGABYTE * FIREHOSE.queryHour;
  const objects = Math.max(
    gigabytes / OBJECT_GIGABYTES,
    Math.min(misses, OBJECTS_PER_HOUR * HOURS_PER_MONTH),
  );
  return {
    name: 'offline store',
    usdPerMonth: wanted
      ? gigabytes * perGigabyte + (objects / 1_000) * FIREHOSE.thousandObjects
      : 0,
    basis: wanted
      ? `${gigabytes.toFixed(1)} GB taken in, ${Math.round(objects).toLocaleString('en')} objects, without storage`
      : 'none',
  };
}
