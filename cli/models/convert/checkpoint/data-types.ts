import { halfToNumber } from '../../../../service/inference/workers/logits.ts';

/** Types of values by the names that safetensors gives them. */
const BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
} as const;

export type DataType = keyof typeof BYTES;

export function isDataType(name: unknown): name is DataType {
  return typeof name === 'string' && Object.hasOwn(BYTES, name);
}

export function bytesPerValue(type: DataType): number {
  return BYTES[type];
}

/** Little-endian stored values as floats; undefined for a type that weights do not use. */
export function toFloat32(
  type: DataType,
  stored: Uint8Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> | undefined {
  switch (type) {
    case 'F32':
      return new Float32Array(stored.buffer, stored.byteOffset, stored.length / 4);
    case 'BF16':
      return widenBfloat16(halfWords(stored));
    case 'F16':
      return widenFloat16(halfWords(stored));
    default:
      return undefined;
  }
}

function halfWords(stored: Uint8Array<ArrayBuffer>): Uint16Array {
  return new Uint16Array(stored.buffer, stored.byteOffset, stored.length / 2);
}

/** A bfloat16 is the upper half of a float. */
function widenBfloat16(words: Uint16Array): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(words, (word) => word << 16).buffer);
}

function widenFloat16(words: Uint16Array): Float32Array<ArrayBuffer> {
  float16Table ??= Float32Array.from({ length: 0x1_00_00 }, (_, bits) => halfToNumber(bits));
  const values = new Float32Array(words.length);
  for (let at = 0; at < words.length; at++) values[at] = float16Table[words[at] ?? 0] ?? 0;
  return values;
}

/** Value of every 16-bit pattern. */
let float16Table: Float32Array | undefined;
