/** A small answer, read completely. */
export interface FetchedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * GETs an address without following redirects. The signal also bounds reading the body.
 *
 * @throws RangeError if the decompressed body is longer than `maxBytes`
 * @throws TypeError without a connection, and the signal's reason
 */
export async function boundedFetch(
  url: URL,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<FetchedAnswer> {
  const response = await fetch(url, { redirect: 'manual', signal });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // An error that leaves the loop cancels the stream, which closes the connection.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new RangeError(`The answer was longer than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString('utf8');
  return { status: response.status, headers: response.headers, body };
}
