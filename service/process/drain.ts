import type { Logger } from '../application/ports/logger.ts';
import { waitAtMost } from '../application/wait-at-most.ts';

/** One step of a drain. Steps run in order: each may depend on those before. */
export interface DrainStep {
  /** Name in the log: `finish requests`. */
  readonly name: string;
  readonly run: () => Promise<unknown>;
  /** Cuts the step short when its time is up. */
  readonly giveUp?: () => void;
  /** Share of the remaining time the step may take; the rest is for later steps. */
  readonly share: number;
}

/**
 * Runs the steps within a time limit. A step that fails or is late is logged, and the next one
 * starts.
 *
 * @returns true if every step succeeded in time
 */
export async function drain(
  steps: readonly DrainStep[],
  options: { readonly timeoutMs: number; readonly logger: Logger },
): Promise<boolean> {
  const endMs = performance.now() + options.timeoutMs;
  let clean = true;
  for (const step of steps) {
    const boundMs = Math.max(0, endMs - performance.now()) * step.share;
    const failure = await failureOf(step, boundMs);
    if (!failure) continue;
    clean = false;
    options.logger.error({ step: step.name, boundMs, err: failure }, 'shutdown step failed');
    step.giveUp?.();
  }
  return clean;
}

/** The failure of a step, which includes being late. */
async function failureOf(step: DrainStep, boundMs: number): Promise<Error | undefined> {
  try {
    await waitAtMost(step.run(), {
      ms: boundMs,
      onLate: () => new Error(`not done within ${Math.round(boundMs)} ms`),
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
