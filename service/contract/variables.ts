/**
 * Every environment variable that the service reads: name, schema, default and description. The
 * service's configuration, a stage's configuration, docs/configuration.md and .env.example are made from it.
 */
import type { ValuesOf } from './configuration.ts';
import { MODEL } from './variables/model.ts';
import { METRICS, PROCESS, TRACES } from './variables/process.ts';
import { ACCESS, LIMITS } from './variables/requests.ts';
import { FEATURE_STORE, PREDICTION_LOG } from './variables/stores.ts';
import { TWEET_SOURCE } from './variables/tweet-source.ts';
import type { Variable } from './variables/variable.ts';

export type { Variable } from './variables/variable.ts';

export const ENVIRONMENT = {
  ...PROCESS,
  ...MODEL,
  ...FEATURE_STORE,
  ...PREDICTION_LOG,
  ...TWEET_SOURCE,
  ...ACCESS,
  ...LIMITS,
  ...METRICS,
  ...TRACES,
} as const satisfies Record<string, Variable>;

export type EnvironmentName = keyof typeof ENVIRONMENT;

export const ENVIRONMENT_NAMES = Object.keys(ENVIRONMENT) as readonly EnvironmentName[];

/** The values of the variables. */
export type Settings = ValuesOf<typeof ENVIRONMENT>;

/** Names of the variables that every deployment must set. */
export type RequiredEnvName = {
  [N in EnvironmentName]: (typeof ENVIRONMENT)[N] extends { readonly deployment: true } ? N : never;
}[EnvironmentName];

/** Names whose values are secrets. */
export type SecretEnvName = {
  [N in EnvironmentName]: (typeof ENVIRONMENT)[N] extends { readonly secret: true } ? N : never;
}[EnvironmentName];

/** Looks up a variable by a name that may be unknown. */
export function variableOf(name: string): Variable | undefined {
  const variables: Readonly<Record<string, Variable>> = ENVIRONMENT;
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}
