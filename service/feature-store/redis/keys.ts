import { normaliseTopic } from '../../domain/topics.ts';
import type { TweetId } from '../../domain/tweet.ts';
import type { UserId } from '../../domain/user.ts';

/** What tells one row of a tweet from another. */
interface RowVersion {
  readonly revision: string;
  readonly preprocessingVersion: number;
}

const ID = /^[1-9]\d{0,18}$/;
const USERNAME = /^[A-Za-z0-9_]{1,50}$/;
const REVISION = /^[0-9a-f]{12}$/;

/** Every key of the store, as docs/feature-store-format.md lays them down. */
export class RedisKeys {
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  row(id: TweetId, version: RowVersion): string {
    return `${this.prefix}t:${tweetName(id)}:${versionField(version)}`;
  }

  /** The hash of a tweet's rows and of what it adds to the aggregates. */
  index(id: TweetId): string {
    return `${this.prefix}i:${tweetName(id)}`;
  }

  tombstone(id: TweetId): string {
    return `${this.prefix}x:${tweetName(id)}`;
  }

  /** The hash of an entity's buckets. */
  aggregates(entity: string): string {
    return this.prefix + entity;
  }
}

/** Whether this can be the id of a user or a tweet. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/** How a user is written in keys. */
export function userEntity(id: UserId): string {
  if (!isId(id)) {
    throw new RangeError(`A user id is 1 to 19 digits without a leading zero, not "${id}".`);
  }
  return `u:${id}`;
}

/** How a topic is written in keys. */
export function topicEntity(topic: string): string {
  if (normaliseTopic(topic) !== topic) {
    throw new RangeError('A topic is stored in the form that normaliseTopic gives it.');
  }
  return `g:${topic}`;
}

export function checkedUsername(username: string): string {
  if (!USERNAME.test(username)) {
    throw new RangeError('A username is 1 to 50 letters, digits and underscores.');
  }
  return username;
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

/** How a tweet is written in keys. */
export function tweetName(id: TweetId): string {
  if (!isId(id)) {
    throw new RangeError(`A tweet id is 1 to 19 digits without a leading zero, not "${id}".`);
  }
  return id;
}
