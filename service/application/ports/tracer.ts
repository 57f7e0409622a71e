import type { ErrorCode } from '../../contract/error-codes.ts';
import type { PhaseInterval } from '../request-context.ts';

/** The end of a request, without anything that the caller or X has written. */
export interface RequestEnd {
  readonly method: string;
  /** Pattern of the route; null for a path that has none. */
  readonly route: string | null;
  /** Null if the client left before the answer was sent. */
  readonly status: number | null;
  readonly failure: ErrorCode | undefined;
  readonly phases: readonly PhaseInterval[];
}

/** The trace of a request, until it ends. */
export interface RequestSpan {
  readonly traceId: string;
  end(end: RequestEnd): void;
}

/** Sends traces of requests. Never throws and never waits. */
export interface Tracer {
  /**
   * @param method the HTTP method
   * @param parent the caller's span, if the request names one
   */
  start(method: string, parent: TraceParent | undefined): RequestSpan;
}

/** A span of W3C Trace Context. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}
