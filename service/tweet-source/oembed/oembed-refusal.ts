import { Type } from 'typebox';
import { Check } from 'typebox/value';
import type { UnavailableReason } from '../../application/ports/tweet-source.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { classifyXError, XError } from '../x-format/error.ts';
import { withoutNulls } from '../x-format/without-nulls.ts';
import type { FetchedAnswer } from './bounded-fetch.ts';
import { parseJson } from './parse-json.ts';

/** The endpoint's own error: `{"error":"Sorry, …","request":"/oembed?url=https%3A%2F%2F…"}`. */
const EchoingError = Type.Object({ error: Type.String(), request: Type.String() });

/** v1.1's errors: `{"errors":[{"code":179,"message":"Sorry, …"}]}`. */
const CodedErrors = Type.Object({ errors: Type.Array(XError, { minItems: 1 }) });

const BY_STATUS: ReadonlyMap<number, UnavailableReason> = new Map([
  [403, 'protected'],
  [404, 'not_found'],
  [410, 'not_found'],
  [451, 'withheld'],
]);

const PROBLEM_OF_X = /^https:\/\/api\.(?:x|twitter)\.com\/2\/problems\//;

/**
 * The reason why X does not show a tweet; undefined unless X itself says so. Proxies, firewalls
 * and wrong addresses answer with the same statuses, and their pages must not purge anything:
 * the answer has to be JSON in a form of X.
 */
export function unavailableReason(
  id: TweetId,
  { status, headers, body }: FetchedAnswer,
): UnavailableReason | undefined {
  const byStatus = BY_STATUS.get(status);
  if (byStatus === undefined || !isJson(headers.get('content-type'))) return undefined;
  const problem = withoutNulls(parseJson(body));
  if (Check(EchoingError, problem)) return echoes(id, problem.request) ? byStatus : undefined;
  const isCoded = Check(CodedErrors, problem);
  const error = isCoded ? problem.errors[0] : problem;
  if (!Check(XError, error)) return undefined;
  const { type, code } = error;
  if (type !== undefined && PROBLEM_OF_X.test(type)) return reasonOf({ type });
  // Gateways send their codes outside of a list.
  return isCoded && code !== undefined ? reasonOf({ code }) : undefined;
}

function isJson(contentType: string | null): boolean {
  return /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(contentType ?? '');
}

/** True if the request that X repeats is the oEmbed request of this tweet. */
function echoes(id: TweetId, request: string): boolean {
  return new RegExp(`/oembed(?:\\.json)?\\?.*(?<![0-9])${id}(?![0-9])`).test(request);
}

function reasonOf(error: Pick<XError, 'type' | 'code'>): UnavailableReason | undefined {
  const fault = classifyXError(error);
  return fault === 'limited' || fault === 'failed' ? undefined : fault;
}
