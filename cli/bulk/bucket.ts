import {
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { type Item, parseReport, type Report } from './contract.ts';
import type { ListedObject } from './plan.ts';

export interface ListedReport {
  readonly key: string;
  readonly written: Date;
}

/** The bucket of a bulk stack. */
export class BulkBucket {
  readonly #client: S3Client;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    this.#client = new S3Client({
      // Stores other than Amazon's seldom have a host name for each bucket.
      forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL),
    });
  }

  async list(prefix: string): Promise<ListedObject[]> {
    const objects: ListedObject[] = [];
    for await (const { Contents = [] } of this.#pages(prefix)) {
      for (const { Key: key, Size: bytes = 0 } of Contents) {
        if (key !== undefined && !key.endsWith('/')) objects.push({ key, bytes });
      }
    }
    return objects;
  }

  async head(key: string, bytes: number): Promise<Buffer> {
    return Buffer.from(await this.#get(key, `bytes=0-${bytes - 1}`));
  }

  /** @returns the key */
  async putItems(run: string, items: readonly Item[]): Promise<string> {
    const Key = `runs/${run}/items.json`;
    const Body = JSON.stringify(items);
    await this.#client.send(
      new PutObjectCommand({ Bucket: this.name, Key, Body, ContentType: 'application/json' }),
    );
    return Key;
  }

  async items(key: string): Promise<readonly Item[]> {
    return JSON.parse(new TextDecoder().decode(await this.#get(key)));
  }

  /** Reports that were written since a time. */
  async reportsSince(time: Date): Promise<ListedReport[]> {
    const reports: ListedReport[] = [];
    for await (const { Contents = [] } of this.#pages('reports/')) {
      for (const { Key: key, LastModified: written } of Contents) {
        // S3 tells whole seconds.
        if (key && written && written.getTime() + 1_000 > time.getTime()) {
          reports.push({ key, written });
        }
      }
    }
    return reports;
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
