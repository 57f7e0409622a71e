/** Members of a problem that help the visitor to go on. */
export interface ProblemHints {
  readonly retryAfterSeconds?: number;
  readonly didYouMean?: readonly string[];
}

/** An answer of the service that is a problem document, or no answer at all. */
export class ApiProblem extends Error {
  readonly code: string;
  /** Undefined if the service did not say when to ask again. */
  readonly retryAfterSeconds: number | undefined;
  /** Topics that the visitor may have meant. */
  readonly didYouMean: readonly string[];

  constructor(code: string, detail: string, { retryAfterSeconds, didYouMean }: ProblemHints = {}) {
    super(detail);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
    this.didYouMean = didYouMean ?? [];
  }
}
