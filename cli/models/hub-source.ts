import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { parseContentRange } from '../kit/content-range.ts';
import { withRetries } from '../kit/retry.ts';
import { SOURCE_RETRIES } from './retries.ts';
import {
  type ModelSource,
  type OpenedFile,
  type ResumePoint,
  SourceError,
  type SourceFile,
} from './source.ts';

export interface HubOptions {
  /** `organization/name` */
  readonly repository: string;
  /** A branch, tag or commit. */
  readonly revision: string;
  /** Address of the hub or of a mirror of it. */
  readonly endpoint: string;
  /** For private and gated repositories. */
  readonly token: string | undefined;
}

const API_TIMEOUT_MS = 30_000;

const Repository = Type.Object({
  /** The commit that the revision names at this moment. */
  sha: Type.String({ pattern: '^[0-9a-f]{7,64}$' }),
  siblings: Type.Array(
    Type.Object({
      rfilename: Type.String(),
      size: Type.Optional(Type.Number()),
      lfs: Type.Optional(Type.Object({ sha256: Type.String() })),
    }),
  ),
  cardData: Type.Optional(
    Type.Union([
      Type.Object({
        license: Type.Optional(Type.Unknown()),
        language: Type.Optional(Type.Unknown()),
      }),
      Type.Null(),
    ]),
  ),
});

/** One commit of a model repository on the Hugging Face hub. */
export class HubSource implements ModelSource {
  readonly origin: { readonly repository: string; readonly revision: string };
  readonly license: string | undefined;
  readonly languages: readonly string[];
  readonly pointerRemedy =
    'the hub answered with the pointer. Give the command again; if HF_ENDPOINT names a mirror, try without it';
  readonly #options: HubOptions;
  readonly #files: readonly SourceFile[];

  private constructor(options: HubOptions, { sha, siblings, cardData }: Static<typeof Repository>) {
    this.#options = options;
    this.origin = { repository: options.repository, revision: sha };
    this.license = typeof cardData?.license === 'string' ? cardData.license : undefined;
    this.languages = [cardData?.language].flat().filter((tag) => typeof tag === 'string');
    this.#files = siblings.map(({ rfilename, size, lfs }) => ({
      name: rfilename,
      ...(size === undefined ? {} : { bytes: size }),
      ...(lfs === undefined ? {} : { sha256: lfs.sha256 }),
    }));
  }

  /**
   * Asks the hub which commit the revision is; everything is read from that commit.
   *
   * @throws SourceError
   */
  static async open(options: HubOptions): Promise<HubSource> {
    const { repository, revision, endpoint } = options;
    const url = `${endpoint}/api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
    const answer = await withRetries(async () => {
      const response = await request(url, options, {}, AbortSignal.timeout(API_TIMEOUT_MS));
      return response.json().catch((cause: unknown) => {
        throw new SourceError(`${url} did not answer with JSON`, { retryable: true, cause });
      });
    }, SOURCE_RETRIES);
    if (!Value.Check(Repository, answer)) {
      throw new SourceError(`${url} did not answer as the hub does; is HF_ENDPOINT right?`, {
        retryable: false,
      });
    }
    return new HubSource(options, answer);
  }

  async list(): Promise<readonly SourceFile[]> {
    return this.#files;
  }

  async open(
    name: string,
    resume: ResumePoint | undefined,
    signal: AbortSignal,
  ): Promise<OpenedFile> {
    const { endpoint } = this.#options;
    const { repository, revision } = this.origin;
    const path = name.split('/').map(encodeURIComponent).join('/');
    const response = await request(
      `${endpoint}/${repository}/resolve/${revision}/${path}`,
      { ...this.#options, revision },
      resume === undefined ? {} : { range: `bytes=${resume.startByte}-`, 'if-range': resume.etag },
      signal,
      name,
    );
    if (response.body === null) {
      throw new SourceError(`${response.url} answered without a body`, { retryable: true });
    }
    const part =
      response.status === 206
        ? parseContentRange(response.headers.get('content-range'))
        : undefined;
    const startByte = part?.startByte ?? 0;
    const length = response.headers.get('content-length');
    const isEncoded = response.headers.has('content-encoding');
    return {
      body: response.body,
      startByte,
      totalBytes:
        part?.totalBytes ?? (length === null || isEncoded ? undefined : startByte + Number(length)),
      // A weak ETag promises the same meaning, not the same bytes.
      etag: response.headers.get('etag')?.match(/^"[^"]*"$/)?.[0],
    };
  }
}

/**
 * The token goes to the hub alone: fetch drops it where a redirect leaves the origin.
 *
 * @param file asked for, of a repository that the hub has answered for
 */
async function request(
  url: string,
  { repository, revision, token }: HubOptions,
  headers: Record<string, string>,
  signal: AbortSignal,
  file?: string,
): Promise<Response> {
  const response = await fetch(url, {
    headers: {
      'user-agent': 'tweet-sentiment-service',
      'accept-encoding': 'identity',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    signal,
  }).catch((cause: unknown) => {
    throw new SourceError(
      `${url} cannot be reached: ${reason(cause)}; HF_ENDPOINT names a mirror of the hub, and a folder that holds the files can be given instead`,
      { retryable: true, cause },
    );
  });
  if (response.ok) return response;
  await response.body?.cancel();
  const { status } = response;
  if (response.headers.get('x-error-code') === 'GatedRepo') {
    throw new SourceError(
      `The hub answers ${status} for ${url}: ${repository} is gated` +
        (token === undefined
          ? '; ask for access on its page, then give a token by HF_TOKEN'
          : ', and the account of the token has no access; ask for it on the page of the model'),
      { retryable: false },
    );
  }
  if (status === 404 && file !== undefined) {
    throw new SourceError(
      `The hub answers 404 for ${url}: ${repository} has no ${file} at ${revision}`,
      { retryable: false },
    );
  }
  if (status === 401 || status === 403 || status === 404) {
    throw new SourceError(
      `The hub answers ${status} for ${url}: ${repository} at ${revision} does not exist or is ` +
        (token === undefined
          ? 'private (HF_TOKEN gives access)'
          : 'private, and the token (HF_TOKEN, or the file of `hf auth login`) gives no access'),
      { retryable: false },
    );
  }
  throw new SourceError(`The hub answers ${status} for ${url}`, {
    retryable: status === 408 || status === 429 || status >= 500,
  });
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
