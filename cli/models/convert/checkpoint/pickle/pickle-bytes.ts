import type { ConversionError } from '../../conversion-error.ts';

/** Cursor over the bytes of a pickle. */
export class PickleBytes {
  position = 0;
  readonly fault: (message: string) => ConversionError;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  constructor(bytes: Uint8Array<ArrayBuffer>, fault: (message: string) => ConversionError) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.fault = fault;
  }

  uint8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  uint64(): number {
    return Number(this.#view.getBigUint64(this.#skip(8), true));
  }

  /** Floats alone are big-endian in a pickle. */
  float64(): number {
    return this.#view.getFloat64(this.#skip(8));
  }

  /** Two's complement, little-endian; a bigint where a number would lose digits. */
  long(length: number): number | bigint {
    const start = this.#skip(length);
    let value = 0n;
    for (let at = start + length - 1; at >= start; at--) {
      value = (value << 8n) | BigInt(this.#view.getUint8(at));
    }
    const signed = BigInt.asIntN(length * 8, value);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  text(length: number): string {
    const start = this.#skip(length);
    return new TextDecoder().decode(this.#bytes.subarray(start, start + length));
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end === -1) throw this.#endsEarly();
    const line = this.text(end - this.position);
    this.position = end + 1;
    return line;
  }

  #skip(length: number): number {
    const start = this.position;
    if (length > this.#bytes.length - start) throw this.#endsEarly();
    this.position = start + length;
    return start;
  }

  #endsEarly(): ConversionError {
    return this.fault('the pickle ends early; download the file again');
  }
}
