import type { FastifyError } from 'fastify';
import { brokenRule } from '../contract/schema-rules.ts';
import { CallerError, type CallerErrorCode, type ServiceError } from '../domain/errors.ts';
import { patternInWords } from './patterns.ts';

type Violation = NonNullable<FastifyError['validation']>[number] & {
  /** The value, which Ajv adds with its option `verbose`. */
  readonly data?: unknown;
};

/** Errors of Fastify that the caller causes, with their explanations. */
const FRAMEWORK_ERRORS: Readonly<Record<string, readonly [CallerErrorCode, string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    'The body must be JSON; send content-type: application/json.',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_request', 'The body is empty; send a JSON object.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid_request', 'The body is not valid JSON.'],
  FST_ERR_BAD_URL: ['invalid_request', 'The path is not validly percent-encoded.'],
  FST_STATIC_FORBIDDEN_PATH: ['not_found', 'Nothing was found at this path.'],
  FST_ERR_MAX_PARAM_LENGTH: ['parameter_too_long', 'A part of the path is too long.'],
};

/** Rejections by plugins, such as an invalid range of a file. */
const REFUSED = ['invalid_request', 'The request is not valid.'] as const;

/** Limits with their own codes, by keyword and path; `*` stands for an index. */
const LIMIT_CODES: Readonly<Record<string, readonly [CallerErrorCode, string]>> = {
  'maxItems /texts': ['batch_too_large', 'send several requests'],
  'maxItems /tweetUrls': ['batch_too_large', 'send several requests'],
  'maxItems /rows': ['batch_too_large', 'send several requests'],
  'maxItems /tweets': ['batch_too_large', 'send several requests'],
  'maxLength /text': ['text_too_long', 'shorten it'],
  'maxLength /texts/*': ['text_too_long', 'shorten it'],
  'maxLength /tweets/*/text': ['text_too_long', 'shorten it'],
  'maxLength /tweetUrl': ['url_too_long', 'send the URL of a tweet'],
  'maxLength /tweetUrls/*': ['url_too_long', 'send the URL of a tweet'],
};

const MAX_NAME_CHARACTERS = 64;

/** The explanation of an error that the caller causes; undefined for any other error. */
export function explainFrameworkError(thrown: unknown): ServiceError | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { code = '', validation, validationContext }: Partial<FastifyError> = thrown;
  const violation = validation?.[0];
  if (violation) return explainViolation(violation, validationContext === 'querystring');
  const known = FRAMEWORK_ERRORS[code] ?? (isExposed(thrown) ? REFUSED : undefined);
  return known && new CallerError(...known);
}

/** Convention of http-errors, which @fastify/static follows. */
function isExposed(error: Error): boolean {
  return 'expose' in error && error.expose === true;
}

/** The body of POST /v1/inference has one of two properties. */
function isChoice({ schemaPath }: Violation): boolean {
  return /^#\/(then|else)\//.test(schemaPath);
}

function explainViolation(violation: Violation, inQuery: boolean): ServiceError {
  const { keyword, instancePath, params, data } = violation;
  const limit = LIMIT_CODES[`${keyword} ${instancePath.replaceAll(/\/\d+/g, '/*')}`];
  const field = fieldName(instancePath) || (inQuery ? 'The query' : 'The body');
  if (limit) return new CallerError(limit[0], `${field} ${brokenRule(violation)}: ${limit[1]}.`);
  return new CallerError('invalid_request', `${field} ${complaint()}.`);

  function complaint(): string {
    if (isChoice(violation)) return 'must have either "text" or "texts"';
    if (keyword === 'required') {
      return `lacks the ${inQuery ? 'parameter' : 'property'} ${quote(params.missingProperty)}`;
    }
    if (keyword === 'additionalProperties') {
      const what = inQuery ? 'query parameter' : 'property';
      return `holds an unknown ${what} ${quote(params.additionalProperty)}`;
    }
    if (keyword === 'pattern' && params.pattern === '\\S') return 'is empty or blank';
    if (keyword === 'type' && inQuery) return 'must be given once';
    const asked = keyword === 'pattern' ? patternInWords(String(params.pattern)) : undefined;
    if (asked !== undefined) return `must be ${asked}, got ${quote(data)}`;
    if (keyword === 'enum') return `${brokenRule(violation)}, got ${quote(data)}`;
    return brokenRule(violation);
  }
}

/** Formats `/texts/3` as texts[3]. */
function fieldName(instancePath: string): string {
  return instancePath
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
}

/** Quotes a name or value from the request, cut to a readable length. */
export function quote(name: unknown): string {
  return JSON.stringify(String(name).slice(0, MAX_NAME_CHARACTERS));
}
