/** Largest weight after quantization: 7 bits, since 8 saturate on CPUs without VNNI. */
const WEIGHT_STEPS = 64;

/** Largest value of the embedding table, which is not multiplied: 8 bits. */
const TABLE_STEPS = 127;

/** Parts of a row's largest weight at which it may be clipped; least squares picks one. */
const CLIP_RATIOS = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7] as const;

/** Keeps the scale of a row of zeros from being zero. */
const TINY = 1e-12;

/** Adding and subtracting it rounds a double to the nearest integer, half to even. */
const ROUNDER = 1.5 * 2 ** 52;

export interface QuantizedRows {
  readonly values: Int8Array;
  /** One for each row. */
  readonly scales: Float32Array;
}

/** Quantizes each row (an output channel) by the scale that loses least. */
export function quantizeWeights(weights: Float32Array, columns: number): QuantizedRows {
  const values = new Int8Array(weights.length);
  const scales = new Float32Array(weights.length / columns);
  for (let row = 0; row < scales.length; row++) {
    const start = row * columns;
    const channel = weights.subarray(start, start + columns);
    const scale = bestScale(channel);
    scales[row] = scale;
    for (let column = 0; column < columns; column++) {
      values[start + column] = quantize(channel[column] ?? 0, scale);
    }
  }
  return { values, scales };
}

/** Quantizes each row by its largest value. */
export function quantizeTable(table: Float32Array, columns: number): QuantizedRows {
  const values = new Int8Array(table.length);
  const scales = new Float32Array(table.length / columns);
  for (let row = 0; row < scales.length; row++) {
    const start = row * columns;
    const largest = largestOf(table.subarray(start, start + columns));
    const scale = Math.fround(Math.fround(largest / TABLE_STEPS) + Math.fround(TINY));
    scales[row] = scale;
    for (let at = start; at < start + columns; at++) {
      values[at] = roundHalfToEven(Math.fround((table[at] ?? 0) / scale));
    }
  }
  return { values, scales };
}

function bestScale(channel: Float32Array): number {
  const largest = Math.fround(largestOf(channel) + Math.fround(TINY));
  let best = 0;
  let leastError = Number.POSITIVE_INFINITY;
  for (const ratio of CLIP_RATIOS) {
    const scale = Math.fround(Math.fround(largest * Math.fround(ratio)) / WEIGHT_STEPS);
    const error = squaredError(channel, scale);
    if (error < leastError) {
      leastError = error;
      best = scale;
    }
  }
  return best;
}

function squaredError(channel: Float32Array, scale: number): number {
  let sum = 0;
  for (let at = 0; at < channel.length; at++) {
    const weight = channel[at] ?? 0;
    const error = quantize(weight, scale) * scale - weight;
    sum += error * error;
  }
  return sum;
}

/** Divides as 32-bit floats do, so that every implementation rounds the same way. */
function quantize(weight: number, scale: number): number {
  const rounded = roundHalfToEven(Math.fround(weight / scale));
  return Math.max(-WEIGHT_STEPS, Math.min(WEIGHT_STEPS, rounded));
}

function roundHalfToEven(value: number): number {
  return value + ROUNDER - ROUNDER;
}

function largestOf(values: Float32Array): number {
  let largest = 0;
  for (let at = 0; at < values.length; at++) {
    const size = Math.abs(values[at] ?? 0);
    if (size > largest) largest = size;
  }
  return largest;
}
