import { CliError } from '../kit/errors.ts';

/** A file that a source offers. */
export interface SourceFile {
  /** Relative path, with `/`. */
  readonly name: string;
  /** Absent when unknown. */
  readonly bytes?: number;
  /** Expected hash, from the source or the manifest. */
  readonly sha256?: string;
}

/** Offset at which a broken download resumes, if the file still has this ETag. */
export interface ResumePoint {
  readonly startByte: number;
  readonly etag: string;
}

/** Content of a file from an offset on. */
export interface OpenedFile {
  readonly body: AsyncIterable<Uint8Array>;
  /** 0 when the source does not resume. */
  readonly startByte: number;
  /** Of the whole file. */
  readonly totalBytes: number | undefined;
  /** Absent: the download cannot be resumed. */
  readonly etag: string | undefined;
}

/** Place that holds the files of one model. */
export interface ModelSource {
  /** As the manifest stores it; the revision is null when the place has none. */
  readonly origin: { readonly repository: string; readonly revision: string | null };
  readonly license: string | undefined;
  /** Languages by the model's card, as written there; empty if it states none. */
  readonly languages?: readonly string[];
  /** Tells what to do about a Git LFS pointer in place of a file. */
  readonly pointerRemedy: string;
  /** @throws SourceError */
  list(): Promise<readonly SourceFile[]>;
  /** @throws SourceError also while the body is read */
  open(name: string, resume: ResumePoint | undefined, signal: AbortSignal): Promise<OpenedFile>;
}

/** The source cannot be read, or its content is not as expected. */
export class SourceError extends CliError {
  override readonly name = 'SourceError';
  /** The same request may succeed in a moment. */
  readonly retryable: boolean;

  constructor(message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.retryable = options.retryable;
  }
}
