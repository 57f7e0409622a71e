import { LONGEST_TIMER_MS } from '../application/wait-at-most.ts';

/** Handle of a timer that has been set. */
export type Timer = NodeJS.Timeout | number;

/** The engine's only source of time and timers, so that tests can set the time. */
export interface Clock {
  /** Milliseconds on the monotonic clock of `performance.now()`. */
  nowMs(): number;
  after(ms: number, run: () => void): Timer;
  /** Repeats until it is canceled. Does not keep the process alive. */
  every(ms: number, run: () => void): Timer;
  cancel(timer: Timer): void;
  /** Runs in a later turn of the event loop. */
  inNextTurn(run: () => void): void;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after: (ms, run) => setTimeout(run, Math.min(ms, LONGEST_TIMER_MS)),
  every: (ms, run) => setInterval(run, ms).unref(),
  cancel: (timer) => clearTimeout(timer),
  inNextTurn: (run) => {
    setImmediate(run);
  },
};
