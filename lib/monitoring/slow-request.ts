import { DEFAULT_LIMITS } from '../../service/contract/http.ts';
import type { StageConfig } from '../stage-config.ts';

/**
 * Milliseconds from which a request counts as slow in alarms: the deadline of a single tweet or
 * text. A stage with a shorter one keeps the default, or its old tasks would take a release back.
 */
export function slowRequestMs({ environment }: StageConfig): number {
  const chosen = Number(environment.SINGLE_DEADLINE_MS ?? 0);
  return Math.max(chosen, DEFAULT_LIMITS.singleDeadlineMs);
}
