import { createHash } from 'node:crypto';
import type { ObjectStore, StoredObject } from '../../../../cli/bulk/child/object-store.ts';
import type { S3Location } from '../../../../cli/bulk/contract.ts';

/** Objects in memory. Each step may throw, as one does that is interrupted. */
export class MemoryStore implements ObjectStore {
  readonly objects = new Map<string, Buffer>();
  step: () => void = () => {};

  async find({ bucket, key }: S3Location): Promise<StoredObject | undefined> {
    this.step();
    const content = this.objects.get(`${bucket}/${key}`);
    if (!content) return undefined;
    const etag = createHash('sha256').update(content).digest('hex');
    return { bucket, key, bytes: content.length, etag };
  }

  async read({ bucket, key }: StoredObject, start: number, end: number): Promise<Buffer> {
    this.step();
    return this.objects.get(`${bucket}/${key}`)!.subarray(start, end);
  }

  async write({ bucket, key }: S3Location, content: AsyncIterable<Uint8Array>): Promise<void> {
    const parts: Uint8Array[] = [];
    for await (const part of content) {
      this.step();
      parts.push(part);
    }
    this.step();
    this.objects.set(`${bucket}/${key}`, Buffer.concat(parts));
  }
}
