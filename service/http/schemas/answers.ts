import { type TSchema, Type } from 'typebox';
import type { ErrorCode } from '../../domain/errors.ts';
import { Problem, STATUS } from '../problem.ts';
import {
  type Details,
  exampleDetail,
  exampleProblem,
  OPEN_INFERENCE_DETAILS,
} from './problem-examples.ts';
import { ref } from './shared.ts';

export const OpenInferenceError = Type.Object(
  { error: Type.String({ description: 'Explanation of the failure and its remedy.' }) },
  { $id: 'OpenInferenceError' },
);

/** Codes of every route, except health routes and static documents. */
export const API_CODES = [
  'invalid_request',
  'rate_limited',
  'shutting_down',
  'internal',
] as const satisfies readonly ErrorCode[];

/** Codes of routes that run the model for callers with an API key. */
export const INFERENCE_CODES = [
  ...API_CODES,
  'unauthorized',
  'forbidden',
  'overloaded',
] as const satisfies readonly ErrorCode[];

/** Codes of routes that read the feature store for callers with an API key. */
export const FEATURE_CODES = [
  ...API_CODES,
  'unauthorized',
  'forbidden',
  'feature_store_unavailable',
] as const satisfies readonly ErrorCode[];

/** Codes of routes with a JSON body. */
export const BODY_CODES = [
  'body_too_large',
  'unsupported_media_type',
] as const satisfies readonly ErrorCode[];

/**
 * Responses of a route: the success, and problem documents by status, with an example for each code.
 *
 * @param details of examples, where they differ from those of other routes
 */
export function answers<T extends TSchema>(
  success: T,
  description: string,
  codes: readonly ErrorCode[],
  details?: Details,
) {
  return {
    200: { description, content: { 'application/json': { schema: ref(success) } } },
    ...failures(codes, 'application/problem+json', ref(Problem), (code) =>
      exampleProblem(code, details),
    ),
  };
}

/** Responses of a route of the Open Inference Protocol, with its error format. */
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
  return failures(codes, 'application/json', ref(OpenInferenceError), (code) => ({
    error: exampleDetail(code, OPEN_INFERENCE_DETAILS),
  }));
}

function failures(
  codes: readonly ErrorCode[],
  mediaType: string,
  schema: TSchema,
  example: (code: ErrorCode) => object,
): Record<number, object> {
  return Object.fromEntries(
    [...Map.groupBy(codes, (code) => STATUS[code])].map(([status, group]) => {
      const examples = Object.fromEntries(group.map((code) => [code, { value: example(code) }]));
      return [
        status,
        {
          description: `Codes: ${group.map((code) => `\`${code}\``).join(', ')}.`,
          content: { [mediaType]: { schema, examples } },
        },
      ];
    }),
  );
}
