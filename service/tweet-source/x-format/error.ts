import { type Static, Type } from 'typebox';
import type { UnavailableReason } from '../../application/ports/tweet-source.ts';

/** An entry of `errors` or an error body of X API v2, or v1.1's `{code, message}`. */
export const XError = Type.Object({
  type: Type.Optional(Type.String()),
  status: Type.Optional(Type.Number()),
  code: Type.Optional(Type.Number()),
  detail: Type.Optional(Type.String()),
  resource_type: Type.Optional(Type.String()),
  resource_id: Type.Optional(Type.String()),
  value: Type.Optional(Type.String()),
});
export type XError = Static<typeof XError>;

/** `limited`: a rate limit, usage cap or credit is used up; `failed`: anything else. */
export type XFault = UnavailableReason | 'limited' | 'failed';

/**
 * By the last part of `type`, after `/` or `#`. Tweets of suspended accounts are
 * `not-authorized-for-resource` too; X does not distinguish them from protected ones.
 */
const BY_TYPE: ReadonlyMap<string, XFault> = new Map<string, XFault>([
  ['resource-not-found', 'not_found'],
  ['not-authorized-for-resource', 'protected'],
  ['resource-unavailable', 'protected'],
  ['disallowed-resource', 'withheld'],
  ['usage-capped', 'limited'],
]);

/**
 * Codes of v1.1 that still occur. Without 34, no such page: X answers so for an unknown address as well
 * as for an unknown tweet.
 */
const BY_CODE: ReadonlyMap<number, XFault> = new Map<number, XFault>([
  /** The account is suspended. */
  [63, 'protected'],
  [88, 'limited'],
  [144, 'not_found'],
  [179, 'protected'],
  /** No longer available; removed because it broke X's rules. */
  [421, 'not_found'],
  [422, 'not_found'],
]);

const BY_STATUS: ReadonlyMap<number, XFault> = new Map<number, XFault>([
  [402, 'limited'],
  [403, 'protected'],
  [404, 'not_found'],
  [410, 'not_found'],
  [429, 'limited'],
  [451, 'withheld'],
]);

/** True if the error has a type or a code of X, not only an HTTP status. */
export function isClassified({ type = 'about:blank', code }: XError): boolean {
  return type !== 'about:blank' || code !== undefined;
}

/**
 * Classifies an error of X by its `type`, else its `code`, else its `status`. An unknown specific
 * type is a failure, regardless of the status.
 */
export function classifyXError({ type = 'about:blank', code, status }: XError): XFault {
  if (type !== 'about:blank') return BY_TYPE.get(type.replace(/^.*[/#]/s, '')) ?? 'failed';
  if (code !== undefined) return BY_CODE.get(code) ?? 'failed';
  return BY_STATUS.get(status ?? 0) ?? 'failed';
}
