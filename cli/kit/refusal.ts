/** Longest reason that is shown. */
const MAX_CHARACTERS = 300;

/** The problem for which a service refuses an item. */
export interface Refusal {
  /** Error code. */
  readonly code: string;
  /** In plain words; undefined if the service gives none. */
  readonly reason: string | undefined;
  /** The work exceeds the deadline of a call: fewer items may be answered in time. */
  readonly exceedsDeadline: boolean;
}

/** @param code where the problem document has none */
export function refusalIn(problem: unknown, code = 'unknown'): Refusal {
  const reason = textOf(problem, 'detail');
  return {
    code: textOf(problem, 'code') ?? code,
    reason: reason?.slice(0, MAX_CHARACTERS),
    exceedsDeadline: memberOf(problem, 'exceedsDeadline') === true,
  };
}

function textOf(problem: unknown, name: string): string | undefined {
  const value = memberOf(problem, name);
  return typeof value === 'string' ? value : undefined;
}

function memberOf(problem: unknown, name: string): unknown {
  return typeof problem === 'object' && problem !== null ? Reflect.get(problem, name) : undefined;
}
