/**
 * The message of whatever was thrown. Errors from a worker thread are no instances that
 * `instanceof` or `isNativeError` would know everywhere.
 */
export function messageOf(error: unknown): string {
  const hasMessage = typeof error === 'object' && error !== null && 'message' in error;
  return String(hasMessage ? error.message : error);
}
