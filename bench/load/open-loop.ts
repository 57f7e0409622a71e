import { poissonArrivals } from './arrivals.ts';
import { HttpConnection } from './http-connection.ts';
import { Tally, type TallyResult } from './tally.ts';

export interface OpenLoop {
  readonly port: number;
  readonly ratePerSecond: number;
  readonly durationMs: number;
  /** Longest wait at the end for missing answers; later ones count as lost. */
  readonly drainMs: number;
  /** Most connections at a time; requests beyond them wait, and their latency grows. */
  readonly maxConnections: number;
  readonly seed: number;
  readonly requests: readonly Buffer[];
}

export interface OpenLoopResult extends TallyResult {
  readonly offeredPerSecond: number;
  /** Answers with 200 per second of the load. */
  readonly goodputPerSecond: number;
}

/**
 * Sends at fixed times, even if earlier requests are unanswered. Latency counts from the
 * intended time, so that a slow answer cannot hide the wait of the requests behind it.
 */
export async function openLoop(plan: OpenLoop): Promise<OpenLoopResult> {
  const tally = new Tally();
  const idle: HttpConnection[] = [];
  const all: HttpConnection[] = [];
  const waiting: number[] = [];
  const startMs = performance.now();
  const { promise: over, resolve: finish } = Promise.withResolvers<void>();
  let next = 0;
  let allSent = false;
  let isOver = false;

  const send = async (intendedMs: number): Promise<void> => {
    const connection = idle.pop() ?? newConnection();
    if (!connection) {
      waiting.push(intendedMs);
      return;
    }
    const request = plan.requests[next++ % plan.requests.length];
    if (!request) throw new Error('the load has no requests');
    const outcome = await connection.send(request);
    tally.record(outcome, performance.now() - intendedMs);
    idle.push(connection);
    // Closing a connection at the end settles its request, too.
    const first = isOver ? undefined : waiting.shift();
    if (first !== undefined) void send(first);
    if (allSent && tally.outstanding === 0) finish();
  };
  const newConnection = (): HttpConnection | undefined => {
    if (all.length >= plan.maxConnections) return undefined;
    const connection = new HttpConnection(plan.port);
    all.push(connection);
    return connection;
  };

  const arrivals = poissonArrivals(plan.ratePerSecond, plan.durationMs, plan.seed);
  for (const arrivalMs of arrivals) {
    const intendedMs = startMs + arrivalMs;
    const waitMs = intendedMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    tally.countSent();
    void send(intendedMs);
  }
  allSent = true;
  const timer = setTimeout(finish, plan.drainMs);
  if (tally.outstanding === 0) finish();
  await over;
  clearTimeout(timer);
  isOver = true;
  const result = tally.result();
  for (const connection of all) connection.close();
  return {
    ...result,
    offeredPerSecond: (result.sent / plan.durationMs) * 1000,
    goodputPerSecond: (result.succeeded / plan.durationMs) * 1000,
  };
}
