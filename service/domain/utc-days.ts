import { InvalidRequestError } from './errors.ts';

/** A day in UTC, counted from 1970-01-01. */
export type UtcDay = number;

/** Days from the first to the last, both included. */
export interface DayRange {
  readonly from: UtcDay;
  readonly to: UtcDay;
}

const DAY_MS = 86_400_000;

/** Longest range that can be asked for. */
export const MAX_RANGE_DAYS = 366;

/** Days that are answered when no range is asked for. */
export const DEFAULT_RANGE_DAYS = 30;

export function utcDay(timestampMs: number): UtcDay {
  return Math.floor(timestampMs / DAY_MS);
}

/** As ISO 8601 writes it: 2021-11-15. */
export function formatDay(day: UtcDay): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** How many days a range has. */
export function dayCount({ from, to }: DayRange): number {
  return to - from + 1;
}

/**
 * The range between two dates such as 2021-11-15. Without `to` it ends today, without `from` it
 * has 30 days.
 *
 * @throws InvalidRequestError invalid_request
 */
export function parseDayRange(
  dates: { readonly from?: string | undefined; readonly to?: string | undefined },
  nowMs: number,
): DayRange {
  const to = dates.to === undefined ? utcDay(nowMs) : parseDay('to', dates.to);
  const from =
    dates.from === undefined ? to - (DEFAULT_RANGE_DAYS - 1) : parseDay('from', dates.from);
  if (from > to) {
    throw new InvalidRequestError(
      'invalid_request',
      `from (${formatDay(from)}) must not be after to (${formatDay(to)}).`,
    );
  }
  if (dayCount({ from, to }) > MAX_RANGE_DAYS) {
    throw new InvalidRequestError(
      'invalid_request',
      `from ${formatDay(from)} to ${formatDay(to)} are more than ${MAX_RANGE_DAYS} days: ask for fewer at a time.`,
    );
  }
  return { from, to };
}

function parseDay(name: string, date: string): UtcDay {
  const timestampMs = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(date) : Number.NaN;
  // Date.parse takes 2021-02-30 for the second of March.
  const day = Number.isNaN(timestampMs) ? undefined : utcDay(timestampMs);
  if (day === undefined || formatDay(day) !== date) {
    throw new InvalidRequestError(
      'invalid_request',
      `${name} must be a date in UTC such as 2021-11-15.`,
    );
  }
  return day;
}
