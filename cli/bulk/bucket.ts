import {
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { BULK_FOLDERS } from '../../lib/stage-config/bulk.ts';
import { openS3Client } from '../kit/s3.ts';
import { folderOf, type Item, parseReport, type Report } from './contract.ts';
import type { ListedObject } from './plan.ts';

/** As many as the SDK's default. */
const MAX_ATTEMPTS = 3;

/** The bucket of a bulk stack. */
export class BulkBucket {
  readonly #client: S3Client;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    this.#client = openS3Client(process.env, MAX_ATTEMPTS);
  }

  /** The objects of a folder, or the object of this key. */
  async list(folder: string): Promise<ListedObject[]> {
    const objects: ListedObject[] = [];
    for await (const { Contents = [] } of this.#pages(folder)) {
      for (const { Key: key, Size: bytes = 0 } of Contents) {
        if (key === undefined || key.endsWith('/')) continue;
        // S3 also lists other folders whose names begin like this one.
        if (key === folder || key.startsWith(folderOf(folder))) objects.push({ key, bytes });
      }
    }
    return objects;
  }

  async head(key: string, bytes: number): Promise<Buffer> {
    return Buffer.from(await this.#get(key, `bytes=0-${bytes - 1}`));
  }

  /** @returns the key */
  async putItems(run: string, items: readonly Item[]): Promise<string> {
    const Key = `${BULK_FOLDERS.runs}${run}/items.json`;
    const Body = JSON.stringify(items);
    await this.#client.send(
      new PutObjectCommand({ Bucket: this.name, Key, Body, ContentType: 'application/json' }),
    );
    return Key;
  }

  async items(key: string): Promise<readonly Item[]> {
    return JSON.parse(new TextDecoder().decode(await this.#get(key)));
  }

  /** Keys of the reports that were written between two times; without an end: since the first. */
  async reportsWritten(from: Date, until: Date | undefined): Promise<string[]> {
    const keys: string[] = [];
    for await (const { Contents = [] } of this.#pages(BULK_FOLDERS.reports)) {
      for (const { Key: key, LastModified: written } of Contents) {
        if (key === undefined || written === undefined) continue;
        // S3 tells whole seconds.
        const isSince = written.getTime() + 1_000 > from.getTime();
        if (isSince && (until === undefined || written <= until)) keys.push(key);
      }
    }
    return keys;
  }

  async report(key: string): Promise<Report | undefined> {
    return parseReport(new TextDecoder().decode(await this.#get(key)));
  }

  #pages(Prefix: string) {
    return paginateListObjectsV2({ client: this.#client }, { Bucket: this.name, Prefix });
  }

  async #get(Key: string, Range?: string): Promise<Uint8Array> {
    const { Body } = await this.#client.send(
      new GetObjectCommand({ Bucket: this.name, Key, ...(Range && { Range }) }),
    );
    if (Body === undefined) throw new Error(`s3://${this.name}/${Key} has no content`);
    return Body.transformToByteArray();
  }
}
