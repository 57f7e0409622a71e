import type { Metrics } from '../../application/ports/metrics.ts';
import type { Prediction } from '../../domain/sentiment.ts';
import { DriftWindow } from './drift-window.ts';
import { type LabelMix, populationStabilityIndex } from './population-stability-index.ts';

/** 22 kB. With so many, chance alone gives an index of about 0.001. */
const WINDOW_PREDICTIONS = 2_000;

/**
 * Fewer say nothing yet: n predictions of three labels give an index of chi-squared (2 degrees)
 * ÷ n by chance, so 200 exceed 0.07 once in a thousand times, well below what alarms.
 */
export const LEAST_PREDICTIONS = 200;

const REPORT_INTERVAL_MS = 60_000;

export interface DriftMonitorOptions {
  readonly metrics: Metrics;
  /** The label mix that the model's manifest expects; absent: label drift is not measured. */
  readonly reference: LabelMix | undefined;
  /** The id that stands for a word the vocabulary lacks; null where no text can make it. */
  readonly unknownId: number | null;
  /** Tokens that frame every text. */
  readonly specialTokens: number;
}

/**
 * Compares what the model is asked, and what it answers, with what it was validated on: over
 * the last predictions of this process, once a minute while there are new ones.
 */
export class DriftMonitor {
  readonly #options: DriftMonitorOptions;
  readonly #window = new DriftWindow(WINDOW_PREDICTIONS);
  readonly #timer: NodeJS.Timeout;
  #hasNews = false;

  constructor(options: DriftMonitorOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.report(), REPORT_INTERVAL_MS).unref();
  }

  /** @param ids the text as the model read it, special tokens included */
  observe({ label, scores }: Prediction, ids: readonly number[]): void {
    const { metrics, unknownId, specialTokens } = this.#options;
    this.#window.add({
      label,
      confidence: scores[label],
      tokens: ids.length - specialTokens,
      unknownTokens: unknownId === null ? 0 : ids.filter((id) => id === unknownId).length,
    });
    this.#hasNews = true;
    metrics.record('PredictedLabels', 1, label);
  }

  /** Records the window's figures, if there are enough predictions and any since the last time. */
  report(): void {
    const summary = this.#window.summary();
    if (!this.#hasNews || summary === null || summary.predictions < LEAST_PREDICTIONS) return;
    this.#hasNews = false;
    const { metrics, reference } = this.#options;
    if (reference) {
      metrics.record('LabelDrift', populationStabilityIndex(summary.labelMix, reference));
    }
    metrics.record('MeanConfidence', 100 * summary.meanConfidence);
    metrics.record('UnknownTokenShare', 100 * summary.unknownTokenShare);
  }

  /** Records what is new and stops. */
  close(): void {
    clearInterval(this.#timer);
    this.report();
  }
}
