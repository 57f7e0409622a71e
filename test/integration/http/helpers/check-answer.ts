import { expect } from '@jest/globals';
import Schema from 'typebox/schema';
import { Problem } from '../../../../service/http/problem.ts';
import { OpenInferenceError } from '../../../../service/http/schemas/answers.ts';
import type { Answer, Call } from './http-client.ts';

type Examples = Readonly<Record<string, { readonly value: Readonly<Record<string, unknown>> }>>;

interface DocumentedResponse {
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly examples?: Examples }>>;
}

export interface Operation {
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}

/** The part of an OpenAPI document that is looked at here. */
export interface Documented {
  readonly paths?: Readonly<Record<string, unknown>>;
}

/** Statuses that any path may answer with, as the document's description says. */
const ANYWHERE = new Set([400, 404, 405, 408, 417, 431]);
/** Statuses of documents, which the document does not describe. */
const OF_DOCUMENTS = new Set([401, 429, 503]);

/** The operation of a document that a request means, if there is one. */
export function operationOf(
  document: Documented,
  path: string,
  method: string,
): Operation | undefined {
  const [pathname = ''] = path.split('?');
  const template = Object.keys(document.paths ?? {})
    .sort((a, b) => a.split('{').length - b.split('{').length)
    .find((candidate) =>
      new RegExp(`^${candidate.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(pathname),
    );
  const item = document.paths?.[template ?? ''];
  return (item as Record<string, Operation> | undefined)?.[method.toLowerCase()];
}

/** The codes that an operation may answer with a status, as its description lists them. */
export function documentedCodes(operation: Operation, status: number | string): string[] {
  const description = operation.responses[status]?.description ?? '';
  if (!description.startsWith('Codes: ')) return [];
  return [...description.matchAll(/`(\w+)`/g)].map(([, code = '']) => code);
}

/** Checks of every answer: its headers, the form of errors, and that it is documented. */
export function checkAnswer(document: Documented, path: string, call: Call, answer: Answer): void {
  expect(answer.headers['x-request-id']).toMatch(/^[\x21-\x7e]{1,128}$/);
  expect(Number(answer.headers['x-process-time'])).toBeGreaterThanOrEqual(0);
  expect(answer.headers['server-timing']).toMatch(/total;dur=[\d.]+$/);
  expect(answer.headers['x-content-type-options']).toBe('nosniff');

  const method = call.method ?? (call.body === undefined ? 'GET' : 'POST');
  const operation = operationOf(document, path, method);
  if (operation) {
    expect(Object.keys(operation.responses)).toContain(String(answer.status));
    if (answer.json?.code) {
      expect(documentedCodes(operation, answer.status)).toContain(answer.json.code);
    }
  } else if (method !== 'HEAD' && answer.status >= 400) {
    expect([...ANYWHERE, ...OF_DOCUMENTS]).toContain(answer.status);
  }
  if (answer.status >= 400 && method !== 'HEAD') checkError(path, answer);
}

function checkError(path: string, answer: Answer): void {
  if (/^\/(livez|readyz|v2\/.*(live|ready))$/.test(path) && answer.status === 503) return;
  if (/^\/v2(?:[/?]|$)/.test(path)) {
    expect(answer.headers['content-type']).toBe('application/json');
    expect(Schema.Check(OpenInferenceError, answer.json)).toBe(true);
    return;
  }
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(Schema.Check(Problem, answer.json)).toBe(true);
  expect(answer.json.status).toBe(answer.status);
  expect(answer.json.requestId).toBe(answer.headers['x-request-id']);
  const retryAfter = answer.headers['retry-after'];
  expect(answer.json.retryAfterSeconds).toBe(retryAfter && Number(retryAfter));
}
