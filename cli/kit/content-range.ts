/** The part of a file that an answer holds. */
export interface ContentRange {
  readonly startByte: number;
  /** Undefined if the answer does not tell. */
  readonly totalBytes: number | undefined;
}

/** Parses `Content-Range`, such as `bytes 100-199/200`; undefined for any other text. */
export function parseContentRange(header: string | null | undefined): ContentRange | undefined {
  const [, start, total] = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(header ?? '') ?? [];
  if (start === undefined) return undefined;
  return { startByte: Number(start), totalBytes: total === '*' ? undefined : Number(total) };
}
