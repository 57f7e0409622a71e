/** A file that a source offers. */
export interface SourceFile {
  /** Relative path, with `/`. */
  readonly name: string;
  /** Absent where the source does not say. */
  readonly bytes?: number;
  /** What the source, or the manifest, says that the content hashes to. */
  readonly sha256?: string;
}

/** Where a broken download goes on: only while the file still has this ETag. */
export interface ResumePoint {
  readonly startByte: number;
  readonly etag: string;
}

/** The content of a file from a byte on. */
export interface OpenedFile {
  readonly body: AsyncIterable<Uint8Array>;
  /** 0 where the source would not resume. */
  readonly startByte: number;
  /** Of the whole file. */
  readonly totalBytes: number | undefined;
  /** Absent: what was received cannot be resumed. */
  readonly etag: string | undefined;
}

/** A place that holds the files of one model. */
export interface ModelSource {
  /** As the manifest keeps it; `null` where the place has no revisions. */
  readonly origin: { readonly repository: string; readonly revision: string | null };
  readonly licence: string | undefined;
  /** @throws SourceError */
  list(): Promise<readonly SourceFile[]>;
  /** @throws SourceError also while the body is read */
  open(name: string, resume: ResumePoint | undefined, signal: AbortSignal): Promise<OpenedFile>;
}

/** A source that cannot be read, or gives something else than was expected. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  /** The same request may succeed in a moment. */
  readonly retryable: boolean;

  constructor(message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.retryable = options.retryable;
  }
}
