import { isNativeError } from 'node:util/types';
import { ReplyError } from 'ioredis';

const LONGEST_REASON = 200;

/** The server answered, with an error: it is alive, whatever it thinks of the command. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ReplyError;
}

/** The server has not answered in time; ioredis gives this error no class of its own. */
export function isTimeout(error: unknown): boolean {
  return isNativeError(error) && error.message === 'Command timed out';
}

/**
 * Says why Redis failed, fit for a log. ioredis hangs the command's arguments onto its errors
 * and quotes replies in some messages: those hold keys, texts and, in a handshake, the password.
 */
export function failureReason(error: unknown): string {
  if (!isNativeError(error)) return 'unknown failure';
  if ('code' in error && typeof error.code === 'string') return error.code;
  const message = error.message.split(/, with args beginning with| Last (?:reply|error):/)[0];
  return message ? message.slice(0, LONGEST_REASON) : error.name;
}
