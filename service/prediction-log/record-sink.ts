import type { RecordLine } from './record.ts';

/** Where the lines of a prediction log go. */
export interface RecordSink {
  /** What one write may hold. */
  readonly maxLines: number;
  readonly maxBytes: number;

  /**
   * Writes lines, in any order. Called again only after it has ended.
   *
   * @throws PartialWriteError when some lines were written; any other error when none is known
   *   to be. What was not written is given to it again.
   */
  write(lines: readonly RecordLine[]): Promise<void>;
}

/** A sink took some of the lines it was given. */
export class PartialWriteError extends Error {
  override readonly name = 'PartialWriteError';
  readonly refused: readonly RecordLine[];

  constructor(message: string, refused: readonly RecordLine[], cause?: unknown) {
    super(message, { cause });
    this.refused = refused;
  }
}
