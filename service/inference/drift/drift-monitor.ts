import type { Metrics } from '../../application/ports/metrics.ts';
import type { Prediction } from '../../domain/sentiment.ts';
import { type Clock, systemClock, type Timer } from '../clock.ts';
import { DriftWindow } from './drift-window.ts';
import { type LabelMix, populationStabilityIndex } from './population-stability-index.ts';

/** Takes 22 kB. At this size, chance alone gives an index of about 0.001. */
const WINDOW_PREDICTIONS = 2_000;

/**
 * Minimum for a report. By chance, n predictions of three labels give an index of chi-squared
 * (2 degrees) ÷ n: 200 exceed 0.07 once in a thousand times, well below the alarm's threshold.
 */
export const LEAST_PREDICTIONS = 200;

const REPORT_INTERVAL_MS = 60_000;

export interface DriftMonitorOptions {
  readonly metrics: Metrics;
  /** Label mix that the manifest expects; if undefined, label drift is not measured. */
  readonly reference: LabelMix | undefined;
  /** Id of a word outside the vocabulary; null if the tokenizer can spell every word. */
  readonly unknownId: number | null;
  /** Number of special tokens around every text. */
  readonly specialTokens: number;
  readonly clock?: Clock;
}

/**
 * Compares inputs and predictions with the validation data: over the last predictions of this
 * process, once a minute while there are new ones.
 */
export class DriftMonitor {
  readonly #options: DriftMonitorOptions;
  readonly #window = new DriftWindow(WINDOW_PREDICTIONS);
  readonly #clock: Clock;
  readonly #timer: Timer;
  #hasNews = false;

  constructor(options: DriftMonitorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#timer = this.#clock.every(REPORT_INTERVAL_MS, () => this.report());
  }

  /** @param ids token ids of the text, special tokens included */
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

  /** Records the window's figures if it has enough predictions, and new ones since the last report. */
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

  /** Reports the last predictions and stops. */
  close(): void {
    this.#clock.cancel(this.#timer);
    this.report();
  }
}
