import type { IncomingMessage, ServerResponse } from 'node:http';
import { CallerError, OverloadedError, ShuttingDownError } from '../../domain/errors.ts';
import { JoinedPieces } from './joined-pieces.ts';

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
  read(request: IncomingMessage, response: ServerResponse): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    if (Number(request.headers['content-length']) > this.#maxBytes) {
      reject(tooLarge());
      return promise;
    }
    const waits = request.headers.expect !== undefined && request.httpVersion === '1.1';
    if (waits) response.writeContinue();
    const body = new JoinedPieces();
    let bytes = 0;
    const onData = (piece: Buffer) => {
      bytes += piece.length;
      this.#bytesInAll += piece.length;
      if (bytes > this.#maxBytes) refuse(tooLarge());
      else if (this.#bytesInAll > this.#maxBytesInAll) refuse(tooManyBodies());
      else body.add(piece);
    };
    const onEnd = () => {
      this.#arriving.delete(refuse);
      resolve(body.bytes());
    };
    const refuse = (error: Error) => {
      this.#arriving.delete(refuse);
      request.off('data', onData).off('end', onEnd);
      // Discards the rest.
      request.resume();
      reject(error);
    };
    response.on('close', () => {
      this.#bytesInAll -= bytes;
    });
    this.#arriving.add(refuse);
    request.on('data', onData).on('end', onEnd).on('error', refuse);
    return promise;
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
