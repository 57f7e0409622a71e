import type { IncomingMessage } from 'node:http';
import { BlobServer, sha256 } from './blob-server.ts';

export const HUB_COMMIT = '0123456789abcdef0123456789abcdef01234567';

export interface HubRepository {
  /** `organization/name` */
  readonly name: string;
  readonly files: Map<string, Buffer>;
  readonly license?: string;
  /** As in the card. */
  readonly language?: string | readonly string[];
  /** Token required to read it. */
  readonly token?: string;
}

/** Stored apart on the hub, as its large files are. */
const LARGE = /\.(onnx|onnx_data|bin|safetensors)$/;

/**
 * One repository of the Hugging Face hub, as its API and its downloads behave: `main` names a
 * commit, small files come by a relative redirect, large ones from another host.
 */
export class HubStub {
  readonly repository: HubRepository;
  readonly hub: BlobServer;
  /** Commit that `main` names; files can be read at HUB_COMMIT only. */
  mainCommit = HUB_COMMIT;
  /** The host of the large files. */
  readonly store: BlobServer;

  private constructor(repository: HubRepository, hub: BlobServer, store: BlobServer) {
    this.repository = repository;
    this.hub = hub;
    this.store = store;
  }

  static async start(repository: HubRepository): Promise<HubStub> {
    const { name, files, token } = repository;
    const store = await BlobServer.start((request, response, server) => {
      const file = pathOf(request).slice(1);
      const content = files.get(file);
      if (content === undefined) response.writeHead(404).end();
      else server.send(request, response, file, content);
    });
    const hub = await BlobServer.start((request, response, server) => {
      const path = pathOf(request);
      const isAllowed = token === undefined || request.headers.authorization === `Bearer ${token}`;
      const revision = path.replace(`/api/models/${name}/revision/`, '');
      const file = path.replace(`/${name}/resolve/${HUB_COMMIT}/`, '').replace('/cached/', '');
      const content = files.get(file);
      if (!isAllowed) {
        response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"no"}');
      } else if (revision === 'main' || revision === HUB_COMMIT) {
        const commit = revision === 'main' ? stub.mainCommit : revision;
        response.end(JSON.stringify(describe(repository, commit)));
      } else if (content === undefined) {
        response.writeHead(404).end('Entry not found');
      } else if (path.startsWith('/cached/')) {
        server.send(request, response, file, content);
      } else if (LARGE.test(file)) {
        const etag = `"${sha256(content)}"`;
        const linked = { 'x-linked-etag': etag, 'x-linked-size': content.length };
        response.writeHead(302, { location: `${store.url}/${file}`, ...linked }).end();
      } else {
        response.writeHead(307, { location: `/cached/${file}` }).end();
      }
    });
    const stub = new HubStub(repository, hub, store);
    return stub;
  }

  get url(): string {
    return this.hub.url;
  }

  async close(): Promise<void> {
    await Promise.all([this.hub.close(), this.store.close()]);
  }
}

function pathOf(request: IncomingMessage): string {
  return decodeURIComponent(new URL(request.url ?? '/', 'http://stub').pathname);
}

function describe({ files, license, language }: HubRepository, commit: string) {
  return {
    sha: commit,
    siblings: [...files].map(([rfilename, content]) => ({
      rfilename,
      size: content.length,
      ...(LARGE.test(rfilename)
        ? { lfs: { sha256: sha256(content), size: content.length, pointerSize: 133 } }
        : {}),
    })),
    // Undefined members are left out of the JSON.
    cardData: { license, language },
  };
}
