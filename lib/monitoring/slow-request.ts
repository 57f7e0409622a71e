import { DEFAULT_LIMITS } from '../../service/contract/http.ts';
import type { StageConfig } from '../stage-config.ts';

/**
 * Milliseconds from which alarms count a request as slow: the deadline of a single tweet or text, but
 * at least the default. With a shorter one, old tasks would roll back the release that shortens it.
 */
export function slowRequestMs({ environment }: StageConfig): number {
  const chosen = Number(environment.SINGLE_DEADLINE_MS ?? 0);
  return Math.max(chosen, DEFAULT_LIMITS.singleDeadlineMs);
}
