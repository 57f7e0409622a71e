/**
 * Every code a problem document can carry, with the party that a failure is charged to;
 * docs/errors.md explains each. Alarms that stop a release count the class `own` only.
 */

/**
 * - `own`: a release of this service can cause it, load shedding included.
 * - `dependency`: X, its limits and the read budget, or Redis. Every release meets it.
 * - `caller`: the request, its credentials, or the tweet it names.
 */
export type ErrorClass = 'own' | 'dependency' | 'caller';

export const ERROR_CLASS = {
  invalid_request: 'caller',
  url_too_long: 'caller',
  invalid_tweet_url: 'caller',
  unsupported_host: 'caller',
  invalid_tweet_id: 'caller',
  batch_too_large: 'caller',
  text_too_long: 'caller',
  body_too_large: 'caller',
  expectation_failed: 'caller',
  unsupported_media_type: 'caller',
  method_not_allowed: 'caller',
  not_found: 'caller',
  parameter_too_long: 'caller',
  headers_too_large: 'caller',
  request_timeout: 'caller',
  unauthorized: 'caller',
  forbidden: 'caller',
  tweet_not_found: 'caller',
  tweet_protected: 'caller',
  tweet_withheld: 'caller',
  entity_not_found: 'caller',
  empty_text: 'caller',
  unsupported_language: 'caller',
  text_too_long_for_model: 'caller',
  not_explainable: 'caller',
  rate_limited: 'caller',
  model_failed: 'own',
  overloaded: 'own',
  shutting_down: 'own',
  tweet_source_failed: 'dependency',
  tweet_source_limited: 'dependency',
  feature_store_unavailable: 'dependency',
  internal: 'own',
} as const satisfies Record<string, ErrorClass>;

export type ErrorCode = keyof typeof ERROR_CLASS;

export const ERROR_CODES = Object.keys(ERROR_CLASS) as readonly ErrorCode[];
