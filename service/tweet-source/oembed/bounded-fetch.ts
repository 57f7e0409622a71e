/** A small answer, read whole. */
export interface FetchedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * GETs an address. Redirects are answers, not followed. The signal bounds the whole of it, the
 * body included.
 *
 * @throws RangeError when the body, decompressed, is longer than `maxBytes`.
 * @throws TypeError when there is no connection, and the signal's reason when it is aborted.
 */
export async function boundedFetch(
  url: URL,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<FetchedAnswer> {
  const response = await fetch(url, { redirect: 'manual', signal });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop by the error cancels the stream, which closes the connection.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new RangeError(`The answer was longer than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString('utf8');
  return { status: response.status, headers: response.headers, body };
}
