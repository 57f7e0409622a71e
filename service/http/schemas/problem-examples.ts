import { type ErrorCode, ServiceError, type ServiceErrorOptions } from '../../domain/errors.ts';
import { problemOf } from '../problem.ts';
import { MODEL, REQUEST_ID, TWEET_ID } from './examples.ts';

/** A problem in words that a route answers. */
export type Details = Readonly<Partial<Record<ErrorCode, string>>>;

/** Details of admin routes, where they differ. */
export const ADMIN_DETAILS: Details = {
  unauthorized: 'Send the admin token as Authorization: Bearer.',
  forbidden: 'The admin token is not valid.',
};

/** Details of routes with a list of tweets. */
export const TWEETS_DETAILS: Details = {
  batch_too_large: 'tweets must have at most 100 items: send several requests.',
  text_too_long: `The text of tweet ${TWEET_ID} has more than 25000 characters; shorten it.`,
};

/** Details of routes with a list of rows. */
export const ROWS_DETAILS: Details = {
  batch_too_large: 'rows must have at most 100 items: send several requests.',
};

/** Details of routes with one tweet. */
export const TWEET_DETAILS: Details = {
  empty_text: `Tweet ${TWEET_ID} has no text that can be scored.`,
  model_failed: `The model failed to score tweet ${TWEET_ID}; leave it out and report it.`,
  unsupported_language: `Tweet ${TWEET_ID} is in the language "de", which the model does not read; it reads en.`,
};

/** Details of routes with a list of tweet ids. */
export const TWEET_IDS_DETAILS: Details = {
  batch_too_large: 'ids has 101 tweets, more than 100; send several requests.',
};

export const TOPIC_DETAILS: Details = { entity_not_found: 'No stored tweets of this topic.' };

/** Details of routes with a list of tweet URLs. */
export const TWEET_URLS_DETAILS: Details = {
  batch_too_large: 'tweetUrls must have at most 100 items: send several requests.',
  url_too_long: 'tweetUrls[0] must have at most 1024 characters: send the URL of a tweet.',
};

/** Details of the Open Inference Protocol. */
export const OPEN_INFERENCE_DETAILS: Details = {
  batch_too_large: 'The request has more than 128 texts; send several requests.',
  text_too_long: 'data[0] of "text" has more than 25000 characters; shorten it.',
  empty_text: 'data[0] of "text": The text has nothing to score; leave it out.',
  unsupported_language:
    'data[0] of "text": The text is in the language "de", which the model does not read; it reads en.',
  model_failed:
    'data[0] of "text": The model failed to score the text; leave it out and report it.',
};

const DETAILS: Readonly<Record<ErrorCode, string>> = {
  invalid_request: 'The query holds an unknown query parameter "nonsense".',
  url_too_long: 'tweetUrl must have at most 1024 characters: send the URL of a tweet.',
  invalid_tweet_url:
    'The tweet URL must be an http or https URL such as https://x.com/name/status/123, without other text around it.',
  unsupported_host: 'Tweet URLs of t.co are not supported; use x.com or twitter.com.',
  invalid_tweet_id: 'A tweet id must be an integer from 1 to 9223372036854775807.',
  batch_too_large: 'texts must have at most 128 items: send several requests.',
  text_too_long: 'texts[0] must have at most 25000 characters: shorten it.',
  body_too_large: 'The body is larger than this service accepts; send several requests.',
  expectation_failed:
    'The only supported expectation is "Expect: 100-continue"; leave the header out.',
  unsupported_media_type: 'The body must be JSON; send content-type: application/json.',
  method_not_allowed: 'Method PUT is not allowed; use GET, HEAD, POST.',
  not_found: `Unknown model; "${MODEL.name}" version "${MODEL.revision}" is served.`,
  parameter_too_long: 'A part of the path is too long.',
  headers_too_large:
    'The request line and the headers are too large, or there are more than 100 headers.',
  request_timeout: 'The request did not arrive in time; send it again.',
  unauthorized: 'Send an API key as X-API-Key.',
  forbidden: 'The API key is not valid.',
  tweet_not_found: `Tweet ${TWEET_ID} does not exist or was deleted.`,
  tweet_protected: `Tweet ${TWEET_ID} belongs to a protected account.`,
  tweet_withheld: `Tweet ${TWEET_ID} is withheld.`,
  entity_not_found: 'No stored tweets of this user.',
  empty_text: 'The text has nothing to score; leave it out.',
  unsupported_language:
    'The text is in the language "de", which the model does not read; it reads en.',
  text_too_long_for_model:
    'The text has 300 tokens, more than the 256 that the model reads; shorten it, or leave out "truncate": false.',
  not_explainable: 'explain=words takes one text, got 2; send each text in a request.',
  rate_limited: 'The limit of 600 requests per minute is exceeded.',
  model_failed: 'The model failed to score the text; leave it out and report it.',
  overloaded: 'This instance is not ready to score; send the request again.',
  shutting_down: 'This instance is shutting down; send the request again.',
  tweet_source_failed: 'The X API did not answer within the time of the request; send it again.',
  tweet_source_limited: 'The limit of the X API is used up; send the request again in 840 s.',
  feature_store_unavailable: 'Features could not be read; send the request again.',
  internal: 'The service failed unexpectedly; find the error in its log by this request id.',
};

const OPTIONS: Readonly<Partial<Record<ErrorCode, ServiceErrorOptions>>> = {
  text_too_long_for_model: { extensions: { tokens: 300, maxTokens: 256 } },
  rate_limited: { retryAfterSeconds: 17 },
  overloaded: { retryAfterSeconds: 1 },
  shutting_down: { retryAfterSeconds: 1 },
  tweet_source_limited: { retryAfterSeconds: 840 },
  feature_store_unavailable: { retryAfterSeconds: 1 },
};

export function exampleDetail(code: ErrorCode, details: Details = {}): string {
  return details[code] ?? DETAILS[code];
}

/** The problem document of a code, as a route answers it. */
export function exampleProblem(code: ErrorCode, details: Details = {}) {
  const error = new ServiceError(code, exampleDetail(code, details), false, OPTIONS[code]);
  return problemOf(error, REQUEST_ID);
}
