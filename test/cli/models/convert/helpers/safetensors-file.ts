/** A safetensors file with the given header; lengths and offsets may be wrong on purpose. */
export function safetensorsFile(header: unknown, values: Uint8Array): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, values]);
}

export interface SafetensorsEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Changes the header of a safetensors file. */
export function editHeader(
  file: Buffer,
  edit: (header: Record<string, SafetensorsEntry>) => Record<string, SafetensorsEntry>,
): Buffer {
  const end = 8 + Number(file.readBigUInt64LE(0));
  return safetensorsFile(edit(JSON.parse(file.toString('utf8', 8, end))), file.subarray(end));
}
