import type { TraceParent } from '../application/ports/tracer.ts';

/** A trace and a span of it, by W3C Trace Context. Versions after 00 may append fields. */
const TRACEPARENT =
  /^(?!ff|00.{53}-)[\da-f]{2}-(?<traceId>(?!0{32})[\da-f]{32})-(?<spanId>(?!0{16})[\da-f]{16})-(?<flags>[\da-f]{2})(-|$)/;

/** The caller's span; undefined: none, or not valid. */
export function traceParentOf(header: string | string[] | undefined): TraceParent | undefined {
  if (typeof header !== 'string') return undefined;
  const { traceId, spanId, flags } = TRACEPARENT.exec(header)?.groups ?? {};
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags ?? '', 16) & 1) === 1 };
}
