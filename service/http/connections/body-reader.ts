import type { IncomingMessage, ServerResponse } from 'node:http';
import { CallerError, OverloadedError, ShuttingDownError } from '../../domain/errors.ts';

/** Bytes of the bodies of all requests without an answer, as a multiple of the longest body. */
const BODIES_IN_ALL = 64;

const TOO_LARGE = 'The body is larger than this service accepts; send several requests.';

/** Reads request bodies, bounded in bytes for each request and for all together. */
export class BodyReader {
  readonly #maxBytes: number;
  readonly #maxBytesInAll: number;
  readonly #arriving = new Set<(error: Error) => void>();
  #bytesInAll = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#maxBytesInAll = maxBytes * BODIES_IN_ALL;
  }

  /**
   * Reads the body, after asking for it where the client waits (`Expect: 100-continue`).
   *
   * @throws CallerError, OverloadedError or ShuttingDownError before the body has arrived
   */
  async read(request: IncomingMessage, response: ServerResponse): Promise<Buffer> {
    if (Number(request.headers['content-length']) > this.#maxBytes) throw tooLarge();
    const waits = request.headers.expect !== undefined && request.httpVersion === '1.1';
    if (waits) response.writeContinue();
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      this.#bytesInAll += chunk.length;
      chunks.push(chunk);
      if (bytes > this.#maxBytes) reject(tooLarge());
      else if (this.#bytesInAll > this.#maxBytesInAll) reject(tooManyBodies());
    };
    const onEnd = () => resolve(Buffer.concat(chunks));
    response.on('close', () => {
      this.#bytesInAll -= bytes;
    });
    request.on('data', onData).on('end', onEnd).on('error', reject);
    this.#arriving.add(reject);
    try {
      return await promise;
    } finally {
      this.#arriving.delete(reject);
      request.off('data', onData).off('end', onEnd);
      // Discards the rest.
      request.resume();
    }
  }

  /** Refuses requests whose bodies are still arriving. */
  refuseArriving(): void {
    for (const refuse of this.#arriving) refuse(new ShuttingDownError());
  }
}

function tooLarge(): CallerError {
  return new CallerError('body_too_large', TOO_LARGE);
}

function tooManyBodies(): OverloadedError {
  return new OverloadedError(
    'This instance is receiving too many bodies; send the request again later.',
    { retryAfterSeconds: 1 },
  );
}
