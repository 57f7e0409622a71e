import {
  type RequestContext,
  StageTimings,
} from '../../../../service/application/request-context.ts';

/** A request that has so much time left, and a client that can go. */
export function requestContext(
  leftMs = 30_000,
  signal: AbortSignal = new AbortController().signal,
): RequestContext {
  return { deadline: { atMs: performance.now() + leftMs }, signal, timings: new StageTimings() };
}
