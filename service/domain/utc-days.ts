import { isDay } from '../contract/iso-time.ts';
import { CallerError } from './errors.ts';

/** A day in UTC, counted from 1970-01-01. */
export type UtcDay = number;

/** A range of days, both ends included. */
export interface DayRange {
  readonly from: UtcDay;
  readonly to: UtcDay;
}

const DAY_MS = 86_400_000;

/** Longest range of one request. */
export const MAX_RANGE_DAYS = 366;

/** Length of the default range. */
export const DEFAULT_RANGE_DAYS = 30;

export function utcDay(timestampMs: number): UtcDay {
  return Math.floor(timestampMs / DAY_MS);
}

/** ISO 8601, such as 2021-11-15. */
export function formatDay(day: UtcDay): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Number of days in a range. */
export function dayCount({ from, to }: DayRange): number {
  return to - from + 1;
}

/**
 * The range between two dates such as 2021-11-15. `to` defaults to today, `from` to the first of
 * 30 days.
 *
 * @throws CallerError invalid_request
 */
export function parseDayRange(
  dates: { readonly from?: string | undefined; readonly to?: string | undefined },
  nowMs: number,
): DayRange {
  const to = dates.to === undefined ? utcDay(nowMs) : parseDay('to', dates.to);
  const from =
    dates.from === undefined ? to - (DEFAULT_RANGE_DAYS - 1) : parseDay('from', dates.from);
  if (from > to) {
    throw new CallerError(
      'invalid_request',
      `from (${formatDay(from)}) must not be after to (${formatDay(to)}).`,
    );
  }
  if (dayCount({ from, to }) > MAX_RANGE_DAYS) {
    throw new CallerError(
      'invalid_request',
      `from ${formatDay(from)} to ${formatDay(to)} is longer than ${MAX_RANGE_DAYS} days: request a shorter range.`,
    );
  }
  return { from, to };
}

function parseDay(name: string, date: string): UtcDay {
  if (!isDay(date)) {
    throw new CallerError(
      'invalid_request',
      `${name} must be a date in UTC such as 2021-11-15, got ${JSON.stringify(date.slice(0, 20))}.`,
    );
  }
  return utcDay(Date.parse(date));
}
