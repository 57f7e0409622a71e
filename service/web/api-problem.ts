/** Members of a problem that help the visitor to go on. */
export interface ProblemHints {
  readonly retryAfterSeconds?: number;
  readonly didYouMean?: readonly string[];
  /** The work exceeds the deadline of a request: fewer texts may be answered in time. */
  readonly exceedsDeadline?: boolean;
}

/** An answer of the service that is a problem document, or no answer at all. */
export class ApiProblem extends Error {
  readonly code: string;
  /** Undefined if the service did not say when to ask again. */
  readonly retryAfterSeconds: number | undefined;
  /** Topics that the visitor may have meant. */
  readonly didYouMean: readonly string[];
  /** Fewer texts may be answered in time. */
  readonly exceedsDeadline: boolean;

  constructor(code: string, detail: string, hints: ProblemHints = {}) {
    super(detail);
    this.code = code;
    this.retryAfterSeconds = hints.retryAfterSeconds;
    this.didYouMean = hints.didYouMean ?? [];
    this.exceedsDeadline = hints.exceedsDeadline ?? false;
  }
}
