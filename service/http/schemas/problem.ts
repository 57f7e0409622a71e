import { Type } from 'typebox';
import { ERROR_CODES, type ErrorCode } from '../../errors.ts';
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

const PROBLEM_CONTENT = { 'application/problem+json': { schema: ref(Problem) } };
const OPEN_INFERENCE_CONTENT = { 'application/json': { schema: ref(OpenInferenceError) } };

/** Codes by the status that answers them. */
function byStatus(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  const groups = new Map<number, ErrorCode[]>();
  for (const code of codes) groups.set(STATUS[code], [...(groups.get(STATUS[code]) ?? []), code]);
  return groups;
}

function failures(codes: readonly ErrorCode[], content: object) {
  return Object.fromEntries(
    [...byStatus(codes)].map(([status, group]) => [
      status,
      { description: `Codes: ${group.map((code) => `\`${code}\``).join(', ')}.`, content },
    ]),
  );
}

/** The responses of a route that fails with problem documents of these codes. */
export function problems(...codes: readonly ErrorCode[]) {
  return failures(codes, PROBLEM_CONTENT);
}

/** The responses of a route that fails in the words of the Open Inference Protocol. */
export function openInferenceErrors(...codes: readonly ErrorCode[]) {
  return failures(codes, OPEN_INFERENCE_CONTENT);
}
