/** A line of text, terminal or not. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR = 24;
const TERMINAL_INTERVAL_MS = 100;
const PLAIN_INTERVAL_MS = 5_000;

export interface ProgressOptions {
  readonly output: ProgressOutput;
  readonly name: string;
  /** Null where nobody knows. */
  readonly total: number | null;
  /** Items that earlier runs have done: they count, but not for the rate. */
  readonly done?: number;
  /** On the monotonic clock; a test may give another. */
  readonly now?: () => number;
}

/** A bar that grows in a terminal; a line now and then where there is none. */
export class ProgressBar {
  readonly #options: ProgressOptions;
  readonly #now: () => number;
  readonly #startedMs: number;
  readonly #before: number;
  #done: number;
  #writtenMs: number;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#startedMs = this.#now();
    this.#before = options.done ?? 0;
    this.#done = this.#before;
    this.#writtenMs = Number.NEGATIVE_INFINITY;
    this.#draw();
  }

  add(items: number): void {
    this.#done += items;
    this.#draw();
  }

  /** Something that does not fit into the bar, on a line of its own. */
  say(message: string): void {
    const { output } = this.#options;
    output.write(output.isTTY ? `\r\x1b[K${message}\n` : `${message}\n`);
    this.#draw(output.isTTY);
  }

  /** Draws the end, whatever it is, and leaves the line. */
  end(): void {
    this.#draw(true);
    if (this.#options.output.isTTY) this.#options.output.write('\n');
  }

  #draw(now = false): void {
    const { output, name, total } = this.#options;
    const intervalMs = output.isTTY ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS;
    if (!now && this.#now() - this.#writtenMs < intervalMs) return;
    this.#writtenMs = this.#now();
    const seconds = (this.#writtenMs - this.#startedMs) / 1_000;
    const line = progressLine({
      name,
      total,
      done: this.#done,
      perSecond: seconds > 0 ? (this.#done - this.#before) / seconds : 0,
      isDrawn: output.isTTY === true,
    });
    // A line that wraps cannot be drawn over.
    const columns = output.columns ?? 80;
    output.write(output.isTTY ? `\r\x1b[K${line.slice(0, columns - 1)}` : `${line}\n`);
  }
}

/**
 * `@nasa [####----]  250/500  50 %  82/s  3 s left`, without the bar where none is drawn; only
 * `stored tweets  250  82/s` where the total is not known.
 */
export function progressLine(state: {
  readonly name: string;
  readonly done: number;
  readonly total: number | null;
  readonly perSecond: number;
  readonly isDrawn: boolean;
}): string {
  const { name, done, total, perSecond, isDrawn } = state;
  const rate = perSecond > 0 ? [`${perSecond.toFixed(perSecond < 10 ? 1 : 0)}/s`] : [];
  if (total === null) return [name, done, ...rate].join('  ');
  const share = total === 0 ? 1 : Math.min(done / total, 1);
  const filled = Math.round(share * BAR);
  const bar = isDrawn ? ` [${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}]` : '';
  const parts = [name + bar, `${done}/${total}`, `${Math.floor(share * 100)} %`, ...rate];
  if (perSecond > 0 && done < total) parts.push(`${remaining((total - done) / perSecond)} left`);
  return parts.join('  ');
}

function remaining(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}
