import type { TweetId } from '../../domain/tweet.ts';

/** What tells one row of a tweet from another. */
interface RowVersion {
  readonly revision: string;
  readonly preprocessingVersion: number;
}

const TWEET_ID = /^[1-9]\d{0,18}$/;
const REVISION = /^[0-9a-f]{12}$/;

/** Every key of the store, as docs/feature-store-format.md lays them down. */
export class RedisKeys {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** What the keys of all rows of a tweet start with; the version field follows. */
  rowStem(id: TweetId): string {
    return `${this.#prefix}t:${checkedId(id)}:`;
  }

  row(id: TweetId, version: RowVersion): string {
    return this.rowStem(id) + versionField(version);
  }

  /** The hash that lists the versions of a tweet's rows. */
  index(id: TweetId): string {
    return `${this.#prefix}i:${checkedId(id)}`;
  }

  tombstone(id: TweetId): string {
    return `${this.#prefix}x:${checkedId(id)}`;
  }
}

/** How a row's version is written in its key and in the tweet's index. */
export function versionField({ revision, preprocessingVersion }: RowVersion): string {
  if (!REVISION.test(revision)) {
    throw new RangeError(`A model revision is 12 hex digits; this one is "${revision}".`);
  }
  if (!Number.isSafeInteger(preprocessingVersion) || preprocessingVersion < 0) {
    throw new RangeError(
      `A preprocessing version is a whole number; this one is ${preprocessingVersion}.`,
    );
  }
  return `${revision}:${preprocessingVersion}`;
}

function checkedId(id: TweetId): TweetId {
  if (!TWEET_ID.test(id)) {
    throw new RangeError(`A tweet id is 1 to 19 digits without a leading zero, not "${id}".`);
  }
  return id;
}
