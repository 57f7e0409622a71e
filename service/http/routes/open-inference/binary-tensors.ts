import { CallerError } from '../../../domain/errors.ts';

/** Elements of BYTES begin with their length: an unsigned integer of 4 bytes, little-endian. */
const LENGTH_BYTES = 4;
const FP32_BYTES = 4;

/**
 * The texts of a BYTES tensor.
 *
 * @throws CallerError unless the tensor holds exactly this number of elements in UTF-8
 */
export function decodeTexts(tensor: Buffer, count: number): string[] {
  const texts: string[] = [];
  let offset = 0;
  while (texts.length < count) {
    const start = offset + LENGTH_BYTES;
    const end = start <= tensor.length ? start + tensor.readUInt32LE(offset) : Infinity;
    if (end > tensor.length) {
      throw new CallerError(
        'invalid_request',
        `Element ${texts.length} of "text" ends after the ${tensor.length} bytes of its tensor.`,
      );
    }
    texts.push(decodeUtf8(tensor.subarray(start, end), `Element ${texts.length} of "text"`));
    offset = end;
  }
  if (offset < tensor.length) {
    throw new CallerError(
      'invalid_request',
      `The tensor of "text" has ${tensor.length} bytes, but its ${count} elements have ${offset}.`,
    );
  }
  return texts;
}

/**
 * @param name what the bytes are, for the message
 * @throws CallerError unless the bytes are UTF-8
 */
export function decodeUtf8(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CallerError('invalid_request', `${name} is not valid UTF-8.`);
  }
}

/** An FP32 tensor in row-major order, little-endian. */
export function encodeFp32(values: readonly number[]): Buffer {
  const tensor = Buffer.alloc(values.length * FP32_BYTES);
  for (const [index, value] of values.entries()) tensor.writeFloatLE(value, index * FP32_BYTES);
  return tensor;
}
