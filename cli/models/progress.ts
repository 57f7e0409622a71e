/** Where progress is shown; a terminal gets a bar. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_WIDTH = 24;
const REDRAW_INTERVAL_MS = 100;
/** Without a terminal, a line for each such step. */
const LINE_STEP_PERCENT = 25;

/** Shows how far the download of one file has come. */
export class Progress {
  readonly #output: ProgressOutput;
  readonly #name: string;
  readonly #totalBytes: number | undefined;
  readonly #startedMs = performance.now();
  #drawnMs = Number.NEGATIVE_INFINITY;
  #linePercent = 0;

  constructor(output: ProgressOutput, name: string, totalBytes: number | undefined) {
    this.#output = output;
    this.#name = name;
    this.#totalBytes = totalBytes;
  }

  /** @param bytes that are there by now */
  show(bytes: number): void {
    const total = this.#totalBytes;
    const percent = total ? Math.floor((100 * bytes) / total) : 0;
    if (this.#output.isTTY) {
      const nowMs = performance.now();
      if (nowMs - this.#drawnMs < REDRAW_INTERVAL_MS) return;
      this.#drawnMs = nowMs;
      const full = Math.round((BAR_WIDTH * percent) / 100);
      const bar = '#'.repeat(full).padEnd(BAR_WIDTH, '.');
      this.#output.write(`\r[${bar}] ${percent} %  ${megabytes(bytes)}  ${this.#name} `);
    } else if (percent >= this.#linePercent + LINE_STEP_PERCENT && percent < 100) {
      this.#linePercent = percent - (percent % LINE_STEP_PERCENT);
      this.#output.write(`${this.#name}: ${this.#linePercent} %\n`);
    }
  }

  done(bytes: number): void {
    const seconds = (performance.now() - this.#startedMs) / 1_000;
    const start = this.#output.isTTY ? '\r\u001b[K' : '';
    this.#output.write(`${start}${this.#name}: ${megabytes(bytes)} in ${seconds.toFixed(1)} s\n`);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
