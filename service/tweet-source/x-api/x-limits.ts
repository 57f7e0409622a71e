import type { IncomingHttpHeaders } from 'node:http';
import { Check } from 'typebox/value';
import { classifyXError, XError } from '../x-format/error.ts';

const DAY_MS = 86_400_000;

/** Pause after a refusal without a stated duration; X's windows have 15 minutes. */
const UNSTATED_PAUSE_MS = 60_000;

/** Pause after a usage cap. X does not state its end, and a rejected call costs nothing. */
export const CAP_PAUSE_MS = 15 * 60_000;

/** X's rate limit windows, longest first. */
const WINDOWS = ['x-app-limit-24hour', 'x-user-limit-24hour', 'x-rate-limit'];

export interface XLimit {
  /** Pause before the next call. */
  readonly pauseMs: number;
  /** A usage cap or used-up credit, which outlasts every rate limit window. */
  readonly isCap: boolean;
}

/** The limit behind a refusal of X; null if the refusal has another reason. */
export function limitOf(refusal: {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  readonly nowMs: number;
}): XLimit | null {
  const { status, headers, body, nowMs } = refusal;
  const isCap =
    Check(XError, body) &&
    body.type !== undefined &&
    classifyXError({ type: body.type }) === 'limited';
  if (isCap || status === 402) return { pauseMs: CAP_PAUSE_MS, isCap: true };
  if (status !== 429) return null;
  const used = WINDOWS.find((name) => headers[`${name}-remaining`] === '0') ?? 'x-rate-limit';
  const resetMs = Number(headers[`${used}-reset`] ?? Number.NaN) * 1_000 - nowMs;
  const pauseMs = Number.isNaN(resetMs)
    ? UNSTATED_PAUSE_MS
    : Math.min(Math.max(resetMs, 1_000), DAY_MS);
  return { pauseMs, isCap: false };
}
