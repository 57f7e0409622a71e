/**
 * The load generator as a separate process, so that neither the benchmark nor the server
 * waits for it: plans come in and results go out over IPC.
 */
import { type ClosedLoop, closedLoop } from './closed-loop.ts';
import { type OpenLoop, openLoop } from './open-loop.ts';

export type Plan =
  | ({ readonly kind: 'closed' } & ClosedLoop)
  | ({ readonly kind: 'open' } & OpenLoop);

process.on('message', async (plan: Plan) => {
  const result = plan.kind === 'closed' ? await closedLoop(plan) : await openLoop(plan);
  process.send?.(result);
});
process.send?.('ready');
