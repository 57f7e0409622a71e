import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ClosedLoop, ClosedLoopResult } from './closed-loop.ts';
import type { OpenLoop, OpenLoopResult } from './open-loop.ts';

const FILE = fileURLToPath(new URL('./generator.ts', import.meta.url));

/** Time after the planned end of a load for the answers that are still missing. */
const GRACE_MS = 90_000;

/** Runs the load generator in a process, and sends it plans. */
export class LoadGenerator {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<LoadGenerator> {
    const child = fork(FILE, { execArgv: [], serialization: 'advanced' });
    await once(child, 'message', { signal: AbortSignal.timeout(GRACE_MS) });
    return new LoadGenerator(child);
  }

  async closed(plan: ClosedLoop): Promise<ClosedLoopResult> {
    return this.#run({ kind: 'closed', ...plan }, plan.warmUpMs + plan.durationMs);
  }

  async open(plan: OpenLoop): Promise<OpenLoopResult> {
    return this.#run({ kind: 'open', ...plan }, plan.durationMs + plan.drainMs);
  }

  stop(): void {
    this.#child.kill();
  }

  async #run<T>(plan: object, durationMs: number): Promise<T> {
    this.#child.send(plan);
    const [result] = await once(this.#child, 'message', {
      signal: AbortSignal.timeout(durationMs + GRACE_MS),
    });
    return result;
  }
}
