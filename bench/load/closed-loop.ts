import { setTimeout as pause } from 'node:timers/promises';
import { HttpConnection } from './http-connection.ts';
import { Tally, type TallyResult } from './tally.ts';

/** A client that was refused does not ask again at once. */
const REFUSED_PAUSE_MS = 200;

export interface ClosedLoop {
  readonly port: number;
  /** Requests under way at any time. */
  readonly connections: number;
  /** Time before the first request that counts. */
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** Rendered requests, sent in this order and again from the first. */
  readonly requests: readonly Buffer[];
  /** Ends after the last of the requests instead of beginning again. */
  readonly once?: true;
}

export interface ClosedLoopResult extends TallyResult {
  /** Answers with 200 per second of the counted time. */
  readonly perSecond: number;
}

/** Every connection sends its next request when its last was answered: finds the capacity. */
export async function closedLoop(plan: ClosedLoop): Promise<ClosedLoopResult> {
  const startedMs = performance.now();
  const countFromMs = startedMs + plan.warmUpMs;
  const endMs = countFromMs + plan.durationMs;
  const tally = new Tally();
  let next = 0;
  let lastMs = countFromMs;

  const drive = async (): Promise<void> => {
    const connection = new HttpConnection(plan.port);
    try {
      for (let sentMs = startedMs; sentMs < endMs; sentMs = performance.now()) {
        if (plan.once && next >= plan.requests.length) return;
        const request = plan.requests[next++ % plan.requests.length];
        if (!request) throw new Error('a load without requests');
        const outcome = await connection.send(request);
        const nowMs = performance.now();
        if (outcome instanceof Error || outcome.status !== 200) await pause(REFUSED_PAUSE_MS);
        if (nowMs < countFromMs || nowMs > endMs) continue;
        tally.countSent();
        tally.record(outcome, nowMs - sentMs);
        lastMs = nowMs;
      }
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: plan.connections }, drive));

  return { ...tally.result(), perSecond: (tally.succeeded / (lastMs - countFromMs)) * 1000 };
}
