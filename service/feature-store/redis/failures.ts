import { isNativeError } from 'node:util/types';
import { ReplyError } from 'ioredis';

const LONGEST_REASON = 200;

/** True for an error that the server replied: it is up. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ReplyError;
}

/** True for a missing reply; ioredis has no class for this error. */
export function isTimeout(error: unknown): boolean {
  return isNativeError(error) && error.message === 'Command timed out';
}

/**
 * Reason of a failure, safe to log. ioredis attaches the command's arguments to its errors and
 * quotes replies in some messages: these hold keys, texts and, in a handshake, the password.
 */
export function failureReason(error: unknown): string {
  if (!isNativeError(error)) return 'unknown failure';
  if ('code' in error && typeof error.code === 'string') return error.code;
  const message = error.message.split(/, with args beginning with| Last (?:reply|error):/)[0];
  return message ? message.slice(0, LONGEST_REASON) : error.name;
}
