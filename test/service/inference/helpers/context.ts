import {
  PhaseTimings,
  type RequestContext,
} from '../../../../service/application/request-context.ts';
import { type Clock, systemClock } from '../../../../service/inference/clock.ts';

/** Longer than any test: the deadline plays no part. */
const AN_HOUR_MS = 3_600_000;

/** A request with this much time left, whose client can disconnect. */
export function requestContext(
  leftMs = AN_HOUR_MS,
  signal: AbortSignal = new AbortController().signal,
  clock: Clock = systemClock,
): RequestContext {
  return { deadline: { atMs: clock.nowMs() + leftMs }, signal, timings: new PhaseTimings() };
}
