/** Reads the service's environment: each variable by itself, then the rules between them. */
import { type Fault, readValues, rulesFor } from './configuration.ts';
import { ENVIRONMENT, type Settings } from './variables.ts';

/** Variables as a process gets them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const DAY_SECONDS = 86_400;

const rule = rulesFor<Settings>();

const RULES = [
  rule(['X_BEARER_TOKEN', 'TWEET_SOURCE'], (settings) =>
    settings.TWEET_SOURCE === 'x-api' && settings.X_BEARER_TOKEN === undefined
      ? 'is not set, but TWEET_SOURCE=x-api needs it; set it, or use oembed or fixture'
      : undefined,
  ),
  ...(['REDIS_USERNAME', 'REDIS_PASSWORD'] as const).map((name) =>
    rule([name, 'REDIS_URL'], (settings) =>
      settings[name] !== undefined && settings.REDIS_URL === undefined
        ? 'is set, but REDIS_URL is not, so nothing would use it; set both or neither'
        : undefined,
    ),
  ),
  rule(['PROTECT_DOCS', 'API_KEYS'], (settings) =>
    settings.PROTECT_DOCS && settings.API_KEYS === undefined
      ? 'is true, but API_KEYS is not set, so no key could be required; set API_KEYS'
      : undefined,
  ),
  rule(['PREDICTION_STREAM', 'PREDICTION_LOG_DIR'], (settings) =>
    settings.PREDICTION_LOG_DIR !== undefined && settings.PREDICTION_STREAM !== undefined
      ? 'is set, and PREDICTION_LOG_DIR is too; the log goes to one place: set one of them'
      : undefined,
  ),
  rule(['METRICS_PORT', 'PORT', 'METRICS'], ({ METRICS, METRICS_PORT, PORT }) =>
    METRICS === 'prometheus' && METRICS_PORT === PORT && PORT !== 0
      ? `is ${METRICS_PORT}, and PORT is too; METRICS=prometheus needs a port apart from the API: change one of them`
      : undefined,
  ),
  rule(['AGGREGATE_TTL_DAYS', 'FEATURE_TTL_SECONDS'], (settings) =>
    settings.AGGREGATE_TTL_DAYS * DAY_SECONDS < settings.FEATURE_TTL_SECONDS
      ? `is ${settings.AGGREGATE_TTL_DAYS}, less than the ${settings.FEATURE_TTL_SECONDS} s of FEATURE_TTL_SECONDS: the purge of a user would miss rows; raise it, or lower the other`
      : undefined,
  ),
];

/**
 * Begins a name that Node reads from an .env with a byte order mark: U+FEFF in UTF-8, U+FFFD in UTF-16,
 * as Windows editors and shells write them.
 */
const MARK = /^[\uFEFF\uFFFD]/;

/** The fault of an .env that Node reads with other names than those written; undefined if there is none. */
export function envFileFault(env: Environment): Fault | undefined {
  if (!Object.keys(env).some((name) => MARK.test(name))) return undefined;
  return {
    name: '.env',
    problem:
      'begins with a byte order mark, so that variables in it would be ignored; save it as UTF-8 without ' +
      'a mark',
  };
}

/**
 * Reads every variable of the contract and ignores other names. An empty variable counts as
 * absent: that is how compose files and task definitions write "not set".
 */
export function readEnvironment(env: Environment): { settings: Settings; faults: Fault[] } {
  const written = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value || undefined]),
  );
  const { values, faults } = readValues(ENVIRONMENT, written, RULES);
  return { settings: values, faults };
}
