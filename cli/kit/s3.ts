import { S3Client } from '@aws-sdk/client-s3';
import { AWS_TIMEOUTS } from './aws-timeouts.ts';

/**
 * A client of S3. Access comes from the AWS SDK's usual places.
 *
 * @param maxAttempts 1 for callers that repeat by themselves
 * @param socketTimeout milliseconds without a byte after which an attempt has failed
 */
export function openS3Client(
  environment: Readonly<Record<string, string | undefined>>,
  maxAttempts: number,
  socketTimeout: number = AWS_TIMEOUTS.socketTimeout,
): S3Client {
  return new S3Client({
    // Stores other than Amazon's seldom have a host name for each bucket.
    forcePathStyle: Boolean(environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL),
    maxAttempts,
    requestHandler: { ...AWS_TIMEOUTS, socketTimeout },
  });
}

/** HTTP status of an answer of S3 that was an error. */
export function s3Status(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) {
    return undefined;
  }
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** True when the same request may succeed in a moment. */
export function isTemporary(error: unknown): boolean {
  const status = s3Status(error);
  return status === undefined ? isNetworkFault(error) : status === 429 || status >= 500;
}

/** Missing credentials, for one, will be missing in a moment too. */
function isNetworkFault(error: unknown): boolean {
  return error instanceof Error && ('code' in error || error.name === 'TimeoutError');
}
