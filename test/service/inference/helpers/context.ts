import {
  PhaseTimings,
  type RequestContext,
} from '../../../../service/application/request-context.ts';
import { type Clock, systemClock } from '../../../../service/inference/clock.ts';

/** A request with this much time left, whose client can disconnect. */
export function requestContext(
  leftMs = 30_000,
  signal: AbortSignal = new AbortController().signal,
  clock: Clock = systemClock,
): RequestContext {
  return { deadline: { atMs: clock.nowMs() + leftMs }, signal, timings: new PhaseTimings() };
}
