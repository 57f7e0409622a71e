import { type ParseArgsConfig, parseArgs } from 'node:util';
import { DEFAULT_PORT } from '../../service/contract/http.ts';
import { CliError, UsageError } from './cli-error.ts';

export const DEFAULT_URL = `http://127.0.0.1:${DEFAULT_PORT}`;

/** The options among the arguments. @throws UsageError for what is not one of them. */
export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws UsageError */
export function limitOf(given: string): number {
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new UsageError(`--limit "${given}" is no whole number from 1 to 999999999.`);
}

/** @throws UsageError */
export function urlOf(given: string): string {
  if (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) return given;
  throw new UsageError(`--url "${given}" is no http:// or https:// address.`);
}

/** An environment variable that the tool cannot do without. @throws CliError */
export function requiredVariable(name: string, what: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new CliError(`${name} is not set. Set it, or write it into .env: ${what}.`);
}
