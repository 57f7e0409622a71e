/** Pieces of pickles, to write what torch.save would not. */
export const PROTOCOL_2 = bytes(0x80, 2);
export const STOP = bytes(0x2e);
export const MARK = bytes(0x28);
export const EMPTY_TUPLE = bytes(0x29);
export const EMPTY_DICT = bytes(0x7d);
export const TUPLE = bytes(0x74);
export const REDUCE = bytes(0x52);
export const SETITEM = bytes(0x73);
export const PERSISTENT = bytes(0x51);

export function bytes(...values: number[]): Buffer {
  return Buffer.from(values);
}

export function text(value: string): Buffer {
  const encoded = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(encoded.length);
  return Buffer.concat([bytes(0x58), length, encoded]);
}

export function integer(value: number): Buffer {
  const encoded = Buffer.alloc(4);
  encoded.writeInt32LE(value);
  return Buffer.concat([bytes(0x4a), encoded]);
}

export function global(module: string, name: string): Buffer {
  return Buffer.from(`c${module}\n${name}\n`);
}

export function tuple(...values: Buffer[]): Buffer {
  return Buffer.concat([MARK, ...values, TUPLE]);
}

export function pickle(...parts: Buffer[]): Buffer {
  return Buffer.concat([PROTOCOL_2, ...parts, STOP]);
}

const MAGIC_NUMBER = bytes(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19);

/** A file of torch.save's older format around a state dict and what follows it. */
export function torchStream(stateDict: Buffer, ...rest: Buffer[]): Buffer {
  return Buffer.concat([
    pickle(MAGIC_NUMBER),
    pickle(integer(1001)),
    pickle(EMPTY_DICT),
    stateDict,
    ...rest,
  ]);
}

/** A storage of floats outside of the pickle. */
export function floatStorage(key: string, values: number): Buffer {
  const type = global('torch', 'FloatStorage');
  const id = tuple(text('storage'), type, text(key), text('cpu'), integer(values), bytes(0x4e));
  return Buffer.concat([id, PERSISTENT]);
}

/** A view of a storage. */
export function tensor(
  storage: Buffer,
  offset: number,
  shape: number[],
  strides: number[],
): Buffer {
  const args = tuple(
    storage,
    integer(offset),
    tuple(...shape.map(integer)),
    tuple(...strides.map(integer)),
    bytes(0x89),
    EMPTY_DICT,
  );
  return Buffer.concat([global('torch._utils', '_rebuild_tensor_v2'), args, REDUCE]);
}

/** The list of storage keys, and each storage with its number of values before it. */
export function storages(...all: readonly (readonly [key: string, values: number[]])[]): Buffer {
  const keys = all.map(([key]) => Buffer.concat([text(key), bytes(0x61)]));
  const values = all.map(([, numbers]) => {
    const count = Buffer.alloc(8);
    count.writeBigUInt64LE(BigInt(numbers.length));
    return Buffer.concat([count, Buffer.from(Float32Array.from(numbers).buffer)]);
  });
  return Buffer.concat([pickle(bytes(0x5d), ...keys), ...values]);
}
