import { LABELS, type Label, perLabel } from '../../domain/sentiment.ts';
import type { LabelMix } from './population-stability-index.ts';

/** The recorded part of one prediction. */
export interface Observation {
  readonly label: Label;
  /** Probability of that label, 0 to 1. */
  readonly confidence: number;
  /** Tokens of the text, without special tokens. */
  readonly tokens: number;
  /** Tokens outside the vocabulary. */
  readonly unknownTokens: number;
}

/** Figures over the predictions of a window. */
export interface WindowSummary {
  readonly predictions: number;
  readonly labelMix: LabelMix;
  readonly meanConfidence: number;
  /** Unknown tokens of all tokens, 0 to 1. */
  readonly unknownTokenShare: number;
}

/** Confidences are stored as integers, so that sums stay exact over any number of predictions. */
const CONFIDENCE_PARTS = 10_000;

/**
 * Ring buffer of the last predictions. Keeps running sums, so that adding one takes constant time
 * and memory.
 */
export class DriftWindow {
  readonly #size: number;
  readonly #labels: Uint8Array;
  readonly #confidences: Uint16Array;
  readonly #tokens: Uint32Array;
  readonly #unknownTokens: Uint32Array;
  readonly #counts = LABELS.map(() => 0);
  #confidenceSum = 0;
  #tokenSum = 0;
  #unknownSum = 0;
  #seen = 0;

  /** @param size predictions to keep, at least 1 */
  constructor(size: number) {
    this.#size = size;
    this.#labels = new Uint8Array(size);
    this.#confidences = new Uint16Array(size);
    this.#tokens = new Uint32Array(size);
    this.#unknownTokens = new Uint32Array(size);
  }

  /** Number of predictions in the window. */
  get predictions(): number {
    return Math.min(this.#seen, this.#size);
  }

  add({ label, confidence, tokens, unknownTokens }: Observation): void {
    const place = this.#seen % this.#size;
    if (this.#seen >= this.#size) this.#count(place, -1);
    this.#labels[place] = LABELS.indexOf(label);
    this.#confidences[place] = Math.round(confidence * CONFIDENCE_PARTS);
    this.#tokens[place] = tokens;
    this.#unknownTokens[place] = unknownTokens;
    this.#count(place, 1);
    this.#seen++;
  }

  /** Null while the window is empty. */
  summary(): WindowSummary | null {
    const { predictions } = this;
    if (predictions === 0) return null;
    return {
      predictions,
      labelMix: perLabel((label) => (this.#counts[LABELS.indexOf(label)] ?? 0) / predictions),
      meanConfidence: this.#confidenceSum / CONFIDENCE_PARTS / predictions,
      unknownTokenShare: this.#tokenSum === 0 ? 0 : this.#unknownSum / this.#tokenSum,
    };
  }

  /** Adds the prediction at a place to the sums, or subtracts it. */
  #count(place: number, sign: 1 | -1): void {
    const label = this.#labels[place] ?? 0;
    this.#counts[label] = (this.#counts[label] ?? 0) + sign;
    this.#confidenceSum += sign * (this.#confidences[place] ?? 0);
    this.#tokenSum += sign * (this.#tokens[place] ?? 0);
    this.#unknownSum += sign * (this.#unknownTokens[place] ?? 0);
  }
}
