import { STAGE_PATTERN } from '../../service/contract/deployment.ts';
import { isDay } from '../../service/contract/iso-time.ts';
import { UsageError } from './errors.ts';

/** Parser of an option that takes an integer. */
export function integer(option: string, lowest: number, highest: number) {
  return (given: string): number => {
    const value = Number(given);
    if (/^-?\d+$/.test(given) && value >= lowest && value <= highest) return value;
    throw new UsageError(
      `${option} must be an integer from ${lowest} to ${highest}, got '${given}'`,
    );
  };
}

/** Parser of an option that takes a number, decimals included. */
export function number(option: string, lowest: number, highest: number) {
  return (given: string): number => {
    const value = Number(given);
    if (given.trim() !== '' && value >= lowest && value <= highest) return value;
    throw new UsageError(`${option} must be a number from ${lowest} to ${highest}, got '${given}'`);
  };
}

/** Parser of an option that takes a day, yyyy-MM-dd. */
export function day(option: string) {
  return (given: string): string => {
    if (isDay(given)) return given;
    throw new UsageError(`${option} must be a day such as 2026-11-23, got '${given}'`);
  };
}

/** Parser of an option that takes an HTTP address. It returns one form for all that mean the same. */
export function httpUrl(option: string) {
  return (given: string): string => {
    const url = URL.parse(given);
    if (url && (url.username !== '' || url.password !== '')) {
      throw new UsageError(`${option} must not contain a user or a password`);
    }
    if (!url || !/^https?:$/.test(url.protocol)) {
      throw new UsageError(`${option} must be an http:// or https:// address, got '${given}'`);
    }
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
      throw new UsageError(`${option} must not contain a path or a query, got '${given}'`);
    }
    return url.origin;
  };
}

/** Parser of an option that may be repeated. */
export function collect(given: string, before: string[] | undefined): string[] {
  return [...(before ?? []), given];
}

/** Parser of the option that names a stage. */
export function stageName(given: string): string {
  if (new RegExp(STAGE_PATTERN).test(given)) return given;
  throw new UsageError(
    `--stage must be 1 to 16 lower-case letters and digits that start with a letter, got '${given}'`,
  );
}
