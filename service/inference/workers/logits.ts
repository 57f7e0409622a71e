import type { Tensor } from 'onnxruntime-node';

/**
 * Values of a graph's output, as 32-bit numbers.
 *
 * @throws Error naming the output and its type when it is not of float32 or float16
 */
export function logitsOf(output: Tensor | undefined, name: string): Float32Array<ArrayBuffer> {
  const data = output?.data;
  if (data instanceof Float32Array) return new Float32Array(data);
  if (output?.type === 'float16' && ArrayBuffer.isView(data)) {
    // A Float16Array, or a Uint16Array where JavaScript has none: the same bits.
    const bits = new Uint16Array(data.buffer, data.byteOffset, data.length);
    return Float32Array.from(bits, halfToNumber);
  }
  throw new Error(
    `The model's output "${name}" is of ${output?.type ?? 'no type'}; it must be of float32 or float16`,
  );
}

/** Decodes IEEE 754 binary16: Float16Array is not in every supported Node. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
