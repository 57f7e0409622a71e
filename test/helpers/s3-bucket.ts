import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { BlobServer, sha256 } from './blob-server.ts';

/** One bucket of an S3 server in this process, addressed by path. */
export class S3Bucket {
  readonly objects: Map<string, Buffer>;
  readonly name: string;
  /** Uploads in parts that are neither completed nor aborted, by their ids. */
  readonly uploads = new Map<string, Map<number, Buffer>>();
  /** Called for each request, before its answer. */
  onRequest: (request: IncomingMessage) => void = () => {};
  #server: BlobServer | undefined;
  #lastUpload = 0;

  private constructor(name: string, objects: ReadonlyMap<string, Buffer>) {
    this.name = name;
    this.objects = new Map(objects);
  }

  static async start(name: string, objects: ReadonlyMap<string, Buffer>): Promise<S3Bucket> {
    const bucket = new S3Bucket(name, objects);
    bucket.#server = await BlobServer.start((request, response) =>
      bucket.#answer(request, response),
    );
    return bucket;
  }

  get server(): BlobServer {
    return this.#server!;
  }

  /** Environment of a process that uses the bucket. */
  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL: this.server.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDTEST',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
  }

  close(): Promise<void> {
    return this.server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.onRequest(request);
    const url = new URL(request.url ?? '/', 'http://s3');
    const key = decodeURIComponent(url.pathname).replace(`/${this.name}/`, '');
    const upload = url.searchParams.get('uploadId');
    switch (request.method) {
      case 'HEAD':
      case 'GET':
        return this.#read(request, response, key);
      case 'PUT': {
        const content = await buffer(request);
        if (upload === null) this.objects.set(key, content);
        else this.uploads.get(upload)?.set(Number(url.searchParams.get('partNumber')), content);
        response.writeHead(200, { etag: `"${sha256(content)}"` }).end();
        return;
      }
      case 'POST':
        return xml(response, upload === null ? this.#begin() : this.#complete(key, upload));
      default:
        this.uploads.delete(upload ?? '');
        response.writeHead(204).end();
    }
  }

  #read(request: IncomingMessage, response: ServerResponse, key: string): void {
    const content = this.objects.get(key);
    if (!content) {
      response.writeHead(404, { 'content-type': 'application/xml' });
      response.end(request.method === 'GET' ? '<Error><Code>NoSuchKey</Code></Error>' : undefined);
    } else if (request.method === 'HEAD') {
      const headers = { etag: `"${sha256(content)}"`, 'content-length': content.length };
      response.writeHead(200, headers).end();
    } else {
      this.server.send(request, response, key, content);
    }
  }

  #begin(): string {
    const id = `upload-${++this.#lastUpload}`;
    this.uploads.set(id, new Map());
    return `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`;
  }

  #complete(key: string, id: string): string {
    const parts = [...(this.uploads.get(id) ?? [])].sort(([one], [other]) => one - other);
    const content = Buffer.concat(parts.map(([, part]) => part));
    this.objects.set(key, content);
    this.uploads.delete(id);
    return `<CompleteMultipartUploadResult><ETag>"${sha256(content)}"</ETag></CompleteMultipartUploadResult>`;
  }
}

function xml(response: ServerResponse, content: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' }).end(content);
}
