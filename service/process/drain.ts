import type { Logger } from '../application/ports/logger.ts';

/** One step of a drain; steps run in order, for each may depend on the ones before. */
export interface DrainStep {
  /** What it does, for the log: `finish requests`. */
  readonly name: string;
  readonly run: () => Promise<unknown>;
  /** Cuts the step short when its time is up, where there is something to cut. */
  readonly giveUp?: () => void;
  /** Share of the remaining time the step may take, so that the later ones get theirs. */
  readonly share: number;
}

/**
 * Runs the steps within a bound: one that fails or takes too long is logged, and the next one
 * starts.
 *
 * @returns whether every step ended well and in time.
 */
export async function drain(
  steps: readonly DrainStep[],
  options: { readonly timeoutMs: number; readonly logger: Logger },
): Promise<boolean> {
  const endMs = performance.now() + options.timeoutMs;
  let clean = true;
  for (const step of steps) {
    const boundMs = Math.max(0, endMs - performance.now()) * step.share;
    const fault = await outcome(step, boundMs);
    if (!fault) continue;
    clean = false;
    options.logger.error(
      { step: step.name, boundMs, err: fault },
      'shutdown step did not end well',
    );
    step.giveUp?.();
  }
  return clean;
}

/** The error a step ended with, if any; a step that is too slow has one too. */
async function outcome(step: DrainStep, boundMs: number): Promise<Error | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<Error>();
  const timer = setTimeout(
    () => resolve(new Error(`not done within ${Math.round(boundMs)} ms`)),
    boundMs,
  );
  try {
    return await Promise.race([step.run().then(() => undefined), late]);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    clearTimeout(timer);
  }
}
