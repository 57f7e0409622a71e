import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { parseContentRange } from '../../kit/content-range.ts';
import { CliError, reasonOf } from '../../kit/errors.ts';
import { exponentialMs, withRetries } from '../../kit/retry.ts';
import { isTemporary, openS3Client, s3Status } from '../../kit/s3.ts';
import { locationUrl, type S3Location } from '../contract.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';

/** Attempts of a request: half a minute. */
const MAX_ATTEMPTS = 8;
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 8_000;

/** Time for one answer with its body. What has arrived by then is kept. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Bytes of a part; S3 allows 10,000 of them. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_IN_WORK = 2;

/** Amazon's S3, or another store of its kind by AWS_ENDPOINT_URL. */
export class S3Store implements ObjectStore {
  /** Without retries: a broken download goes on at the byte that it has reached. */
  readonly #reading: S3Client;
  readonly #writing: S3Client;
  readonly #signal: AbortSignal;
  readonly #answerTimeoutMs: number;

  /** @param signal ends reading */
  constructor(
    environment: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
    answerTimeoutMs: number = ANSWER_TIMEOUT_MS,
  ) {
    this.#reading = openS3Client(environment, 1);
    this.#writing = openS3Client(environment, MAX_ATTEMPTS, answerTimeoutMs);
    this.#signal = signal;
    this.#answerTimeoutMs = answerTimeoutMs;
  }

  async find({ bucket, key }: S3Location): Promise<StoredObject | undefined> {
    try {
      const command = new HeadObjectCommand({ Bucket: bucket, Key: key });
      const { ContentLength: bytes, ETag: etag } = await this.#repeat((abortSignal) =>
        this.#reading.send(command, { abortSignal }),
      );
      if (bytes === undefined || etag === undefined) throw new Error('the answer has no ETag');
      return { bucket, key, bytes, etag };
    } catch (cause) {
      if (s3Status(cause) === 404) return undefined;
      throw this.#failure('cannot be read', { bucket, key }, cause);
    }
  }

  async read(object: StoredObject, start: number, end: number): Promise<Buffer> {
    const { bucket, key, etag } = object;
    const parts: Uint8Array[] = [];
    let at = start;
    try {
      await this.#repeat(async (abortSignal) => {
        const range = { Range: `bytes=${at}-${end - 1}`, IfMatch: etag };
        const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...range });
        const answer = await this.#reading.send(command, { abortSignal });
        const body = bodyOf(answer, object, at);
        for await (const part of body) {
          parts.push(part);
          at += part.length;
          if (at > end)
            throw new Error(`the answer has more than the ${end - start} bytes asked for`);
        }
        if (at < end) throw new EndedEarly(`the answer ended at byte ${at} of ${end}`);
      });
    } catch (cause) {
      if (s3Status(cause) === 412) {
        throw new CliError(
          `${locationUrl(object)} has changed while it was read; run the task again`,
          { cause },
        );
      }
      throw this.#failure('cannot be read', object, cause);
    }
    return Buffer.concat(parts);
  }

  async write(location: S3Location, content: AsyncIterable<Uint8Array>): Promise<string> {
    const failed: { reason?: unknown } = {};
    const upload = new Upload({
      client: this.#writing,
      params: {
        Bucket: location.bucket,
        Key: location.key,
        Body: Readable.from(noting(content, failed)),
      },
      partSize: PART_BYTES,
      queueSize: PARTS_IN_WORK,
    });
    try {
      // A failure of the content ends the upload, which is aborted then.
      const { ETag: etag } = await upload.done();
      if (etag === undefined) throw new Error('the answer has no ETag');
      return etag;
    } catch (cause) {
      if ('reason' in failed) throw failed.reason;
      throw this.#failure('cannot be written', location, cause);
    }
  }

  close(): void {
    this.#reading.destroy();
    this.#writing.destroy();
  }

  #repeat<Answer>(request: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    return withRetries(() => this.#once(request), {
      maxAttempts: MAX_ATTEMPTS,
      signal: this.#signal,
      waitFor: (error, attempt) =>
        error instanceof EndedEarly || isTemporary(error)
          ? { ms: exponentialMs(attempt, FIRST_WAIT_MS, LONGEST_WAIT_MS) }
          : null,
    });
  }

  /** @throws EndedEarly when the time is up: the SDK's own error does not tell */
  async #once<Answer>(request: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const timeout = AbortSignal.timeout(this.#answerTimeoutMs);
    try {
      return await request(AbortSignal.any([this.#signal, timeout]));
    } catch (cause) {
      if (!timeout.aborted) throw cause;
      throw new EndedEarly(`S3 did not answer within ${this.#answerTimeoutMs} ms`, { cause });
    }
  }

  /** The signal's reason once it is aborted, else a failure that names the object. */
  #failure(what: string, location: S3Location, cause: unknown): unknown {
    if (this.#signal.aborted) return this.#signal.reason;
    const name = cause instanceof Error && cause.name !== 'Error' ? `${cause.name}: ` : '';
    return new CliError(`${locationUrl(location)} ${what}: ${name}${reasonOf(cause)}`, { cause });
  }
}

class EndedEarly extends Error {}

/** @throws Error for an answer that holds another part, or another object, than was asked for */
function bodyOf(
  answer: GetObjectCommandOutput,
  { etag, bytes }: StoredObject,
  at: number,
): Readable {
  const { Body: body, ContentLength: length, ContentRange: header, ETag: found } = answer;
  if (!(body instanceof Readable)) throw new Error('the answer has no body');
  const range = parseContentRange(header) ?? { startByte: 0, totalBytes: length };
  const isAsked = range.startByte === at && (range.totalBytes ?? bytes) === bytes && found === etag;
  if (isAsked) return body;
  body.destroy();
  throw new Error(
    `the answer (${header ?? 'without Content-Range'}, ETag ${found ?? 'missing'}, ${length} bytes) is not of byte ${at} of ${bytes}, ETag ${etag}`,
  );
}

/** Passes content on, and keeps a read error: an upload would report a different one. */
async function* noting(
  content: AsyncIterable<Uint8Array>,
  failed: { reason?: unknown },
): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (error) {
    failed.reason = error;
    throw error;
  }
}
