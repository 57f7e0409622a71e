/** Names files that are not CSV by their first bytes; nothing here touches the document. */

const FORMATS = [
  ['PAR1', 'This is a Parquet file, not CSV. The command tss score reads it.'],
  ['PK\x03\x04', 'This is a workbook, not CSV. Save its sheet as “CSV UTF-8”.'],
  ['\xd0\xcf\x11\xe0', 'This is a workbook, not CSV. Save its sheet as “CSV UTF-8”.'],
  ['\x1f\x8b', 'This file is compressed. Unpack it, or use the command tss score.'],
] as const;

/** Advice for the visitor; undefined for a file that may be CSV. */
export function foreignFormat(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  return FORMATS.find(([signature]) => start.startsWith(signature))?.[1];
}
