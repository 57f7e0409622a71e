import { formatDay, type UtcDay, utcDay } from '../domain/utc-days.ts';
import type { PredictionLogFile } from './files.ts';

/** Days without a file after which the calendar is doubted. */
const MAX_GAP_DAYS = 31;

/** Number of daily files after such a gap that make the clock credible again. */
const FILES_TO_TRUST = 7;

/** Clocks of one process. */
export interface RetentionClocks {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Never jumps. */
  readonly monotonicMs: () => number;
}

/**
 * Decides which files of a prediction log have expired. The log is a training archive, and a
 * clock that is years ahead must not empty it. Today is therefore the earliest day of three
 * witnesses: the clock, the clock at the start plus the time that has passed since, and the
 * newest file that days of files lead up to.
 */
export class Retention {
  readonly #keepDays: number;
  readonly #clocks: RetentionClocks;
  readonly #startMs: number;

  constructor(keepDays: number, clocks: RetentionClocks) {
    this.#keepDays = keepDays;
    this.#clocks = clocks;
    this.#startMs = clocks.now() - clocks.monotonicMs();
  }

  /** @param files in order of their days */
  expired(files: readonly PredictionLogFile[]): PredictionLogFile[] {
    const { now, monotonicMs } = this.#clocks;
    const elapsed = utcDay(this.#startMs + monotonicMs());
    const today = Math.min(utcDay(now()), elapsed, trustedDay(files));
    const firstDay = formatDay(Math.max(0, today - this.#keepDays));
    return files.filter(({ day }) => day < firstDay);
  }
}

/** Day of the newest file, leaving out the few that follow a long gap. */
function trustedDay(files: readonly PredictionLogFile[]): UtcDay {
  const days = files.map(({ day }) => utcDay(Date.parse(day)));
  let trusted = Number.NEGATIVE_INFINITY;
  let start = 0;
  days.forEach((day, index) => {
    if (index > 0 && day - (days[index - 1] ?? day) > MAX_GAP_DAYS) start = index;
    if (start === 0 || index - start + 1 >= FILES_TO_TRUST) trusted = day;
  });
  return trusted;
}
