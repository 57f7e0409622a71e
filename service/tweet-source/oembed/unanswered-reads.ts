/** Errors of reads that the endpoint has not answered, as callers see them. */

import {
  type ServiceError,
  TweetSourceFailedError,
  TweetSourceLimitedError,
} from '../../domain/errors.ts';

export const LATE = 'did not answer within the time of the request';

export function down(): TweetSourceFailedError {
  return new TweetSourceFailedError(
    'The oEmbed endpoint has failed several times in a row, and is asked again once a second; ' +
      'try again later, or send the text itself to POST /v1/inference.',
  );
}

/** Blames the endpoint for a late read, unless that has waited for others longer than it has run. */
export function lateError(read: {
  readonly askedMs: number;
  readonly startedMs: number | undefined;
  readonly endedMs: number;
}): ServiceError {
  const { askedMs, startedMs = Number.POSITIVE_INFINITY, endedMs } = read;
  if (startedMs - askedMs > endedMs - startedMs) return tooManyWaiting();
  return new TweetSourceFailedError(`The oEmbed endpoint ${LATE}; send it again.`);
}

export function tooManyWaiting(): TweetSourceLimitedError {
  return new TweetSourceLimitedError(
    'Too many tweets are being read through the oEmbed endpoint; send the request again in a second.',
    { retryAfterSeconds: 1 },
  );
}
