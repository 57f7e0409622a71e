import type { IncomingHttpHeaders } from 'node:http';
import { Check } from 'typebox/value';
import { classifyXError, XError } from '../x-format/error.ts';

const DAY_MS = 86_400_000;

/** X's windows are 15 minutes; a refusal that does not say how long is asked again sooner. */
const UNSTATED_PAUSE_MS = 60_000;

/**
 * X does not say when a usage cap ends or credit is bought, and a refused call costs nothing:
 * it is tried again now and then.
 */
export const CAP_PAUSE_MS = 15 * 60_000;

/** The windows that X counts calls in, the longest first. */
const WINDOWS = ['x-app-limit-24hour', 'x-user-limit-24hour', 'x-rate-limit'];

export interface XLimit {
  /** How long X is left alone after the refusal. */
  readonly pauseMs: number;
  /** A usage cap or the end of the credit, which no window's end lifts. */
  readonly isCap: boolean;
}

/** The limit that a refusal of X means; null when it is none. */
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
