import { printable, warn } from './printable.ts';

/** Output of progress: a terminal gets a bar. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR = 24;
const TERMINAL_INTERVAL_MS = 100;
const PLAIN_INTERVAL_MS = 5_000;
const QUARTERS = 4;
/** A rate of less time, in which little but the start is seen, would say nothing. */
const RATE_AFTER_MS = 1_000;

export interface ProgressOptions {
  readonly output: ProgressOutput;
  readonly name: string;
  /** Null when unknown. */
  readonly total: number | null;
  readonly unit?: 'items' | 'bytes';
  /** Items that an earlier run has done: they count, but not for the rate. */
  readonly done?: number;
  /** Monotonic clock; replaceable by tests. */
  readonly now?: () => number;
}

/** A bar that is redrawn in a terminal; elsewhere a line at each quarter and every 5 s. */
export class ProgressBar {
  readonly #options: ProgressOptions;
  #isDrawn: boolean;
  readonly #now: () => number;
  readonly #startedMs: number;
  readonly #before: number;
  #done: number;
  #writtenMs = Number.NEGATIVE_INFINITY;
  #writtenQuarter = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#isDrawn = options.output.isTTY === true && process.env.TERM !== 'dumb';
    this.#now = options.now ?? (() => performance.now());
    this.#startedMs = this.#now();
    this.#before = options.done ?? 0;
    this.#done = this.#before;
    this.#writtenQuarter = this.#quarter();
    this.#write();
  }

  add(items: number): void {
    this.update(this.#done + items);
  }

  /** @param done items done so far, those of earlier runs included */
  update(done: number): void {
    this.#done = done;
    if (this.#isDue()) this.#write();
  }

  /** Prints a message on its own line. */
  say(message: string): void {
    const { output } = this.#options;
    output.write(`${this.#isDrawn ? '\r\x1b[K' : ''}${printable(message)}\n`);
    if (this.#isDrawn) this.#write();
  }

  /** Shows the last state and leaves the line. */
  end(): void {
    this.#write();
    if (!this.#isDrawn) return;
    this.#options.output.write('\n');
    this.#isDrawn = false;
  }

  #isDue(): boolean {
    const sinceMs = this.#now() - this.#writtenMs;
    if (this.#isDrawn) return sinceMs >= TERMINAL_INTERVAL_MS;
    const quarter = this.#quarter();
    return sinceMs >= PLAIN_INTERVAL_MS || (quarter > this.#writtenQuarter && quarter < QUARTERS);
  }

  #quarter(): number {
    const { total } = this.#options;
    return total === null ? 0 : Math.floor((QUARTERS * this.#done) / Math.max(1, total));
  }

  #write(): void {
    const { output, name, total, unit = 'items' } = this.#options;
    this.#writtenMs = this.#now();
    this.#writtenQuarter = this.#quarter();
    const elapsedMs = this.#writtenMs - this.#startedMs;
    const line = printable(
      progressLine({
        name,
        total,
        unit,
        done: this.#done,
        perSecond:
          elapsedMs >= RATE_AFTER_MS ? (1_000 * (this.#done - this.#before)) / elapsedMs : 0,
        isDrawn: this.#isDrawn,
      }),
    );
    // A line that wraps cannot be redrawn.
    const columns = output.columns ?? 80;
    output.write(this.#isDrawn ? `\r\x1b[K${line.slice(0, columns - 1)}` : `${line}\n`);
  }
}

/** Prints messages of a command on stderr, above its progress bar while one is shown. */
export class Announcer {
  #bar: ProgressBar | undefined;

  readonly announce = (message: string): void =>
    this.#bar ? this.#bar.say(message) : warn(message);

  /** Shows a bar, in place of an earlier one that has ended. */
  showBar(options: Omit<ProgressOptions, 'output'>): ProgressBar {
    this.#bar = new ProgressBar({ output: process.stderr, ...options });
    return this.#bar;
  }
}

/**
 * `@nasa [####----]  250/500  50 %  82/s  3 s left`, without the bar outside a terminal;
 * `stored tweets  250  82/s` without a total; `model.onnx  5.0/24.0 MB  20 %` for bytes.
 */
export function progressLine(state: {
  readonly name: string;
  readonly done: number;
  readonly total: number | null;
  readonly unit: 'items' | 'bytes';
  readonly perSecond: number;
  readonly isDrawn: boolean;
}): string {
  const { name, done, total, unit, perSecond, isDrawn } = state;
  const scale =
    (total ?? done) < 1e6 ? { suffix: ' kB', bytes: 1e3 } : { suffix: ' MB', bytes: 1e6 };
  const amount = (value: number) =>
    unit === 'bytes' ? (value / scale.bytes).toFixed(1) : String(value);
  const suffix = unit === 'bytes' ? scale.suffix : '';
  const rate = perSecond > 0 ? [rateOf(perSecond, unit)] : [];
  if (total === null) return [name, amount(done) + suffix, ...rate].join('  ');
  const share = total === 0 ? 1 : Math.min(done / total, 1);
  const filled = Math.round(share * BAR);
  const bar = isDrawn ? ` [${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}]` : '';
  const counted = `${amount(done)}/${amount(total)}${suffix}`;
  const parts = [name + bar, counted, `${Math.floor(share * 100)} %`, ...rate];
  if (perSecond > 0 && done < total) parts.push(`${remaining((total - done) / perSecond)} left`);
  return parts.join('  ');
}

function rateOf(perSecond: number, unit: 'items' | 'bytes'): string {
  if (unit === 'bytes') return `${(perSecond / 1e6).toFixed(1)} MB/s`;
  return `${perSecond.toFixed(perSecond < 10 ? 1 : 0)}/s`;
}

function remaining(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}
