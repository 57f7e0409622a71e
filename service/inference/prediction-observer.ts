import type { Metrics } from '../application/ports/metrics.ts';
import { hasFiniteScores, type Prediction } from '../domain/sentiment.ts';
import { DriftMonitor, type DriftMonitorOptions } from './drift/drift-monitor.ts';
import type { Encoding } from './tokenizer/tokenizer.ts';

/** Counts predictions as metrics, and watches them for drift. */
export class PredictionObserver {
  readonly #metrics: Metrics;
  readonly #drift: DriftMonitor;

  constructor(options: DriftMonitorOptions) {
    this.#metrics = options.metrics;
    this.#drift = new DriftMonitor(options);
  }

  /**
   * @param predictions null for a text with nothing to score
   * @param encodings of the same texts, in the same order
   */
  observe(predictions: readonly (Prediction | null)[], encodings: readonly Encoding[]): void {
    const made = predictions.filter((prediction) => prediction !== null);
    const finite = made.filter(hasFiniteScores).length;
    const truncated = made.filter((prediction) => prediction.truncated).length;
    for (const [index, prediction] of predictions.entries()) {
      const ids = encodings[index]?.ids;
      if (prediction && ids && hasFiniteScores(prediction)) this.#drift.observe(prediction, ids);
    }
    if (truncated > 0) this.#metrics.record('TruncatedTexts', truncated);
    this.#metrics.record('Predictions', finite);
    if (finite < made.length) this.#metrics.record('ModelFailures', made.length - finite);
  }

  close(): void {
    this.#drift.close();
  }
}
