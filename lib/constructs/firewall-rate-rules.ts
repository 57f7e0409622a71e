import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { StageConfig } from '../stage-config.ts';

type Rule = CfnWebACL.RuleProperty;
type RateBased = CfnWebACL.RateBasedStatementProperty;

/** AWS WAF looks at the last five minutes, and lifts a block soon after the rate has fallen. */
const RETRY_AFTER_SECONDS = 60;
const BODY_KEY = 'rate-limited';

/** With API keys, a client address may use this many keys at their full rate. */
export const KEYS_PER_ADDRESS = 10;
/** Highest limit that AWS WAF accepts. */
const MAX_LIMIT = 2_000_000_000;

/**
 * Problem document of the service's `rate_limited`, without a request id. AWS WAF sends it as
 * application/json: it has no other type for JSON.
 */
export const RATE_LIMITED_BODIES: Readonly<Record<string, CfnWebACL.CustomResponseBodyProperty>> = {
  [BODY_KEY]: {
    contentType: 'APPLICATION_JSON',
    content: JSON.stringify({
      type: 'urn:tweet-sentiment-service:error:rate_limited',
      title: 'Rate limited',
      status: 429,
      detail: `Too many requests within five minutes; send the request again after ${RETRY_AFTER_SECONDS} s.`,
      code: 'rate_limited',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    }),
  },
};

/**
 * Rate limits, of the first priorities. With API keys the limit is per key, so that customers behind
 * one address do not share it. Keys are checked by the service only, so a higher limit per address
 * bounds callers who make keys up.
 */
export function rateRules({
  apiKeysSecretArn,
  requestsPerFiveMinutes: limit,
}: StageConfig): Rule[] {
  if (apiKeysSecretArn === undefined)
    return [rateRule('rate', 0, { limit, aggregateKeyType: 'IP' })];
  return [
    rateRule('rate', 0, {
      limit,
      aggregateKeyType: 'CUSTOM_KEYS',
      customKeys: [
        { header: { name: 'x-api-key', textTransformations: [{ priority: 0, type: 'NONE' }] } },
      ],
    }),
    rateRule('address-rate', 1, {
      limit: Math.min(MAX_LIMIT, limit * KEYS_PER_ADDRESS),
      aggregateKeyType: 'IP',
    }),
  ];
}

function rateRule(name: string, priority: number, rate: RateBased): Rule {
  return {
    name,
    priority,
    statement: { rateBasedStatement: { evaluationWindowSec: 300, ...rate } },
    action: {
      block: {
        customResponse: {
          responseCode: 429,
          customResponseBodyKey: BODY_KEY,
          responseHeaders: [{ name: 'Retry-After', value: String(RETRY_AFTER_SECONDS) }],
        },
      },
    },
    visibilityConfig: visibility(name),
  };
}

export function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  // Samples keep whole requests for hours, including posts.
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
