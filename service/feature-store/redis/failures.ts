import { isNativeError } from 'node:util/types';
import { ReplyError } from 'ioredis';

const LONGEST_REASON = 200;

/** Message of the error of a command without a reply in time; that of ioredis. */
export const TIMED_OUT = 'Command timed out';

/** True for an error that the server replied: it is up. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof ReplyError;
}

/**
 * True if a script failed because of the row it was given: the script says so, or stopped at a
 * value it does not expect. An error that Redis replies to a command of a script, such as OOM or
 * READONLY, concerns every row.
 */
export function isRowFault(error: unknown): boolean {
  return (
    isRefusal(error) &&
    /^BADROW |user_script:\s?\d+: (?:attempt to|bad argument) /.test(error.message)
  );
}

/** True for a key of another type than the command wants: no release has written it. */
export function isWrongType(error: unknown): boolean {
  return isRefusal(error) && error.message.startsWith('WRONGTYPE');
}

/** True for a script that the server does not hold. */
export function isUnknownScript(error: unknown): boolean {
  return isRefusal(error) && error.message.startsWith('NOSCRIPT');
}

/** True for a reply of a server in cluster mode: the scripts touch keys of several slots. */
export function isClusterReply(error: unknown): boolean {
  return isRefusal(error) && /^(?:CROSSSLOT|MOVED|CLUSTERDOWN)\b/.test(error.message);
}

/** True for a missing reply. */
export function isTimeout(error: unknown): boolean {
  return isNativeError(error) && error.message === TIMED_OUT;
}

/**
 * Reason of a failure, safe to log. ioredis attaches the command's arguments to its errors and
 * quotes replies in some messages: these hold keys, texts and, in a handshake, the password.
 */
export function failureReason(error: unknown): string {
  if (!isNativeError(error)) return 'unknown failure';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (isClusterReply(error)) {
    return `Redis runs in cluster mode, which is not supported: ${error.message.slice(0, LONGEST_REASON)}`;
  }
  const message = error.message.split(/, with args beginning with| Last (?:reply|error):/)[0];
  return message ? message.slice(0, LONGEST_REASON) : error.name;
}
