import type { DEFAULT_LIMITS } from '../contract/http.ts';

/** The limits of contract/http.ts, as configured. */
export type HttpLimits = { readonly [Name in keyof typeof DEFAULT_LIMITS]: number };
