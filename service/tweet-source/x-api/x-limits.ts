import type { IncomingHttpHeaders } from 'node:http';
import { Check } from 'typebox/value';
import { retryAfterMs, serverTimeMs } from '../retry-after.ts';
import { classifyXError, XError } from '../x-format/error.ts';
import { withoutNulls } from '../x-format/without-nulls.ts';

/** Pause after a refusal without a stated duration. */
const UNSTATED_PAUSE_MS = 60_000;

/**
 * Longest pause: X's usual window. A later end, such as that of a daily window or by a wrong
 * clock, is probed this often, because a rejected call costs nothing.
 */
const WINDOW_MS = 15 * 60_000;

/** Pause after a usage cap, whose end X does not state. */
export const CAP_PAUSE_MS = WINDOW_MS;

/** X's rate limit windows, longest first. */
const WINDOWS = ['x-app-limit-24hour', 'x-user-limit-24hour', 'x-rate-limit'];

export interface XLimit {
  /** Pause before the next call; 0 where X states an end in the past. */
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
  const { status, headers, nowMs } = refusal;
  const body = withoutNulls(refusal.body);
  const isCap =
    Check(XError, body) &&
    body.type !== undefined &&
    classifyXError({ type: body.type }) === 'limited';
  if (isCap || status === 402) return { pauseMs: CAP_PAUSE_MS, isCap: true };
  if (status !== 429) return null;
  const statedMs = statedPauseMs(headers, serverTimeMs(headers.date, nowMs));
  return { pauseMs: Math.min(statedMs ?? UNSTATED_PAUSE_MS, WINDOW_MS), isCap: false };
}

/** 0 for a reset in the past; undefined if the headers state nothing. */
function statedPauseMs(headers: IncomingHttpHeaders, nowMs: number): number | undefined {
  const retryMs = retryAfterMs(headers['retry-after'], nowMs);
  if (retryMs !== undefined) return retryMs;
  const used = WINDOWS.find((name) => headers[`${name}-remaining`] === '0') ?? 'x-rate-limit';
  const reset = String(headers[`${used}-reset`] ?? '');
  return /^\d+$/.test(reset) ? Math.max(0, Number(reset) * 1_000 - nowMs) : undefined;
}
