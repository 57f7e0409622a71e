import type { S3Location } from '../contract.ts';

/** An object, at one version of its content. */
export interface StoredObject extends S3Location {
  readonly bytes: number;
  readonly etag: string;
}

/** Objects of S3, as far as a task needs them. */
export interface ObjectStore {
  /** @returns undefined when there is no such object @throws CliError */
  find(location: S3Location): Promise<StoredObject | undefined>;
  /**
   * Reads bytes of an object, the end exclusive.
   *
   * @throws CliError also when the object has changed since it was found
   */
  read(object: StoredObject, start: number, end: number): Promise<Buffer>;
  /**
   * Writes an object, which appears when it is whole.
   *
   * @returns the ETag of what was written
   * @throws whatever reading the content throws; nothing is left of the object then
   */
  write(location: S3Location, content: AsyncIterable<Uint8Array>): Promise<string>;
}
