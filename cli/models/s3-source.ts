import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { parseContentRange } from '../kit/content-range.ts';
import { withRetries } from '../kit/retry.ts';
import { isTemporary, openS3Client, s3Status } from '../kit/s3.ts';
import { SOURCE_RETRIES } from './retries.ts';
import {
  type ModelSource,
  type OpenedFile,
  type ResumePoint,
  SourceError,
  type SourceFile,
} from './source.ts';

/** The objects below a prefix of an S3 bucket. Access comes from the AWS SDK's usual places. */
export class S3Source implements ModelSource {
  readonly origin: ModelSource['origin'];
  readonly license = undefined;
  readonly pointerRemedy =
    'run `git lfs pull` in the clone it was uploaded from, and upload the file again';
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  /** @param url `s3://bucket/prefix`, as the manifest stores it */
  constructor(url: string, environment: Readonly<Record<string, string | undefined>>) {
    const [, bucket, path] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(url) ?? [];
    if (bucket === undefined || path === undefined) {
      throw new SourceError(`"${url}" is not of the form s3://bucket/prefix`, { retryable: false });
    }
    this.#bucket = bucket;
    this.#prefix = path === '' ? '' : `${path}/`;
    this.origin = { repository: url, revision: null };
    // Retried here, so that a download goes on where it broke.
    this.#client = openS3Client(environment, 1);
  }

  async list(): Promise<SourceFile[]> {
    return withRetries(() => this.#listOnce(), SOURCE_RETRIES);
  }

  async #listOnce(): Promise<SourceFile[]> {
    const files: SourceFile[] = [];
    try {
      const pages = paginateListObjectsV2(
        { client: this.#client },
        { Bucket: this.#bucket, Prefix: this.#prefix },
      );
      for await (const { Contents: objects = [] } of pages) {
        for (const { Key: key, Size: bytes } of objects) {
          if (key === undefined || key.endsWith('/')) continue;
          files.push({
            name: key.slice(this.#prefix.length),
            ...(bytes === undefined ? {} : { bytes }),
          });
        }
      }
    } catch (error) {
      throw this.#failure(this.#prefix, error);
    }
    return files;
  }

  async open(
    name: string,
    resume: ResumePoint | undefined,
    abortSignal: AbortSignal,
  ): Promise<OpenedFile> {
    const key = this.#prefix + name;
    const whole = { Bucket: this.#bucket, Key: key };
    const rest = resume && { ...whole, Range: `bytes=${resume.startByte}-`, IfMatch: resume.etag };
    try {
      const object = await this.#client.send(new GetObjectCommand(rest ?? whole), { abortSignal });
      if (object.Body === undefined) throw new Error('the answer has no body');
      const part = parseContentRange(object.ContentRange);
      const startByte = part?.startByte ?? 0;
      const { ContentLength: length, ETag: etag } = object;
      return {
        body: object.Body.transformToWebStream(),
        startByte,
        totalBytes: part?.totalBytes ?? (length === undefined ? undefined : startByte + length),
        etag,
      };
    } catch (error) {
      if (rest !== undefined && s3Status(error) === 412) {
        return this.open(name, undefined, abortSignal);
      }
      throw this.#failure(key, error);
    }
  }

  #failure(key: string, cause: unknown): SourceError {
    const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    return new SourceError(`s3://${this.#bucket}/${key} cannot be read: ${why}`, {
      retryable: isTemporary(cause),
      cause,
    });
  }
}
