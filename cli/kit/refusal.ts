/** Longest reason that is shown. */
const MAX_CHARACTERS = 300;

/** The problem for which a service refuses an item. */
export interface Refusal {
  /** Error code. */
  readonly code: string;
  /** In plain words; undefined if the service gives none. */
  readonly reason: string | undefined;
}

/** @param code where the problem document has none */
export function refusalIn(problem: unknown, code = 'unknown'): Refusal {
  const reason = memberOf(problem, 'detail');
  return { code: memberOf(problem, 'code') ?? code, reason: reason?.slice(0, MAX_CHARACTERS) };
}

function memberOf(problem: unknown, name: string): string | undefined {
  const value: unknown =
    typeof problem === 'object' && problem !== null ? Reflect.get(problem, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}
