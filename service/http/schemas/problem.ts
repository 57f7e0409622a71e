import { type TSchema, Type } from 'typebox';
import { ERROR_CODES, type ErrorCode } from '../../domain/errors.ts';
import { STATUS } from '../plugins/error-handler.ts';
import { oneOf, ref } from './shared.ts';

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'A stable name of the problem, made of its code.' }),
    title: Type.String({ description: 'The code in words.' }),
    status: Type.Integer({ description: 'The HTTP status that belongs to the code.' }),
    detail: Type.String({ description: 'What happened to this request, and what to do.' }),
    code: oneOf(ERROR_CODES, 'What programs should look at; docs/errors.md explains each.'),
    requestId: Type.String({ description: 'The X-Request-Id of the answer.' }),
    retryAfterSeconds: Type.Optional(
      Type.Integer({ minimum: 1, description: 'When the same request may succeed.' }),
    ),
  },
  {
    $id: 'Problem',
    description: 'A problem document of RFC 9457.',
    examples: [
      {
        type: 'urn:tweet-sentiment-service:error:unsupported_host',
        title: 'Unsupported host',
        status: 400,
        detail: 'The URL is of another host than x.com or twitter.com.',
        code: 'unsupported_host',
        requestId: '0d4b6f2e-5a3c-4b1e-9a57-3f6c1f3f9d11',
      },
    ],
  },
);

export const OpenInferenceError = Type.Object(
  { error: Type.String({ description: 'What happened, and what to do.' }) },
  { $id: 'OpenInferenceError', examples: [{ error: 'There is no model "bert" here.' }] },
);

/** What every route may answer that is neither a health route nor a static document. */
export const API_CODES = [
  'invalid_request',
  'rate_limited',
  'shutting_down',
  'internal',
] as const satisfies readonly ErrorCode[];

/** What every route may answer that runs the model for callers with an API key. */
export const INFERENCE_CODES = [
  ...API_CODES,
  'unauthorized',
  'forbidden',
  'overloaded',
] as const satisfies readonly ErrorCode[];

/** What every route may answer that reads the feature store for callers with an API key. */
export const FEATURE_CODES = [
  ...API_CODES,
  'unauthorized',
  'forbidden',
  'feature_store_unavailable',
] as const satisfies readonly ErrorCode[];

/** What every route may answer that purges. */
export const PURGE_CODES = [
  ...FEATURE_CODES,
  'parameter_too_long',
] as const satisfies readonly ErrorCode[];

/** What a route with a JSON body may answer to the body. */
export const BODY_CODES = [
  'body_too_large',
  'unsupported_media_type',
] as const satisfies readonly ErrorCode[];

/** The responses of a route: success, and problem documents by the status of their codes. */
export function answers<T extends TSchema>(
  success: T,
  description: string,
  codes: readonly ErrorCode[],
) {
  return {
    200: { description, content: { 'application/json': { schema: ref(success) } } },
    ...failures(codes, { 'application/problem+json': { schema: ref(Problem) } }),
  };
}

/** The same for a route that fails in the words of the Open Inference Protocol. */
export function openInferenceAnswers<T extends TSchema>(
  success: T,
  description: string,
  codes: readonly ErrorCode[],
) {
  return {
    200: { description, content: { 'application/json': { schema: ref(success) } } },
    ...openInferenceFailures(...codes),
  };
}

export function openInferenceFailures(...codes: readonly ErrorCode[]) {
  return failures(codes, { 'application/json': { schema: ref(OpenInferenceError) } });
}

function failures(codes: readonly ErrorCode[], content: object): Record<number, object> {
  return Object.fromEntries(
    [...Map.groupBy(codes, (code) => STATUS[code])].map(([status, group]) => [
      status,
      { description: `Codes: ${group.map((code) => `\`${code}\``).join(', ')}.`, content },
    ]),
  );
}
