import { setTimeout as pause } from 'node:timers/promises';
import { HttpConnection } from './http-connection.ts';
import { Tally, type TallyResult } from './tally.ts';

/** Pause of a client after a refusal. */
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
  /** Stops after the last request instead of starting over. */
  readonly once?: true;
}

export interface ClosedLoopResult extends TallyResult {
  /** Answers with 200 per second of the counted time. */
  readonly perSecond: number;
}

/** Closed loop: each connection sends its next request after an answer. Measures the capacity. */
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
        if (!request) throw new Error('the load has no requests');
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

  const countedMs = plan.once ? lastMs - countFromMs : plan.durationMs;
  return { ...tally.result(), perSecond: (tally.succeeded / countedMs) * 1000 };
}
