import { createHash } from 'node:crypto';

/** Identifies a release by its parts: equal parts give the same name on every machine. */
export function revisionOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}
