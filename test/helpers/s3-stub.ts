import { BlobServer } from './blob-server.ts';

/** A bucket, addressed by path, that only the given access key may read. */
export async function startS3Stub(
  bucket: string,
  objects: ReadonlyMap<string, Buffer>,
  accessKeyId: string,
  mayList = () => true,
): Promise<BlobServer> {
  return BlobServer.start((request, response, server) => {
    const url = new URL(request.url ?? '/', 'http://stub');
    const key = decodeURIComponent(url.pathname).replace(`/${bucket}/`, '');
    const content = objects.get(key);
    const xml = { 'content-type': 'application/xml' };
    const lists = url.searchParams.get('list-type') === '2';
    const isKnown = request.headers.authorization?.includes(`Credential=${accessKeyId}/`);
    if (!isKnown || (lists && !mayList())) {
      response.writeHead(403, xml).end('<Error><Code>AccessDenied</Code></Error>');
    } else if (lists) {
      const prefix = url.searchParams.get('prefix') ?? '';
      const found = [...objects].filter(([name]) => name.startsWith(prefix));
      const contents = found.map(
        ([name, { length }]) => `<Contents><Key>${name}</Key><Size>${length}</Size></Contents>`,
      );
      response
        .writeHead(200, xml)
        .end(
          `<?xml version="1.0"?><ListBucketResult><Name>${bucket}</Name><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`,
        );
    } else if (content === undefined) {
      response.writeHead(404, xml).end('<Error><Code>NoSuchKey</Code></Error>');
    } else {
      server.send(request, response, key, content);
    }
  });
}
