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
    return { bucket, key, bytes: content.length, etag: etagOf(content) };
  }

  async read({ bucket, key }: StoredObject, start: number, end: number): Promise<Buffer> {
    this.step();
    return this.objects.get(`${bucket}/${key}`)!.subarray(start, end);
  }

  async write({ bucket, key }: S3Location, content: AsyncIterable<Uint8Array>): Promise<string> {
    const parts: Uint8Array[] = [];
    for await (const part of content) {
      this.step();
      parts.push(part);
    }
    this.step();
    const whole = Buffer.concat(parts);
    this.objects.set(`${bucket}/${key}`, whole);
    return etagOf(whole);
  }
}

function etagOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
