import type { RecordLine } from './record.ts';

/** Destination of a prediction log. */
export interface RecordSink {
  /** Bounds of one write. */
  readonly maxLines: number;
  readonly maxBytes: number;

  /**
   * Writes lines in any order. Calls do not overlap. Lines that were not written are passed again.
   *
   * @throws PartialWriteError if only some lines were written; any other error if none is known
   *   to be written
   */
  write(lines: readonly RecordLine[]): Promise<void>;
}

/** Only some lines of a write were written. */
export class PartialWriteError extends Error {
  override readonly name = 'PartialWriteError';
  readonly refused: readonly RecordLine[];

  constructor(message: string, refused: readonly RecordLine[], cause?: unknown) {
    super(message, { cause });
    this.refused = refused;
  }
}
