import { isId, isRevision, isUsername } from '../../contract/forms.ts';
import { normalizeTopic } from '../../domain/topics.ts';
import type { TweetId } from '../../domain/tweet.ts';
import type { UserId } from '../../domain/user.ts';

/** Version of a row: a tweet has one row for each. */
interface RowVersion {
  readonly revision: string;
  readonly preprocessingVersion: number;
}

/** Keys of the store, as docs/feature-store-format.md specifies them. */
export class RedisKeys {
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  row(id: TweetId, version: RowVersion): string {
    return `${this.prefix}t:${tweetName(id)}:${versionField(version)}`;
  }

  /** Hash of a tweet's row versions and of its contribution. */
  index(id: TweetId): string {
    return `${this.prefix}i:${tweetName(id)}`;
  }

  tombstone(id: TweetId): string {
    return `${this.prefix}x:${tweetName(id)}`;
  }

  /** Pattern of SCAN for keys with this prefix, whatever characters it has. */
  pattern(glob: string): string {
    return this.prefix.replaceAll(/[\\*?[\]^]/g, '\\$&') + glob;
  }

  /** Name of a key without the prefix. */
  nameOf(key: string): string {
    return key.slice(this.prefix.length);
  }

  /** Hash of an entity's day buckets. */
  aggregates(entity: string): string {
    return this.prefix + entity;
  }
}

/** Form of a user in keys. */
export function userEntity(id: UserId): string {
  if (!isId(id)) {
    throw new RangeError(`a user id must be 1 to 19 digits without a leading zero, got "${id}"`);
  }
  return `u:${id}`;
}

/** Form of a topic in keys. */
export function topicEntity(topic: string): string {
  if (normalizeTopic(topic) !== topic) {
    throw new RangeError('a topic must be in its normal form, as normalizeTopic returns it');
  }
  return `g:${topic}`;
}

export function checkedUsername(username: string): string {
  if (!isUsername(username)) {
    throw new RangeError('a username must be 1 to 50 letters, digits and underscores');
  }
  return username;
}

/** Form of a row's version in its key and in the tweet's index. */
export function versionField({ revision, preprocessingVersion }: RowVersion): string {
  if (!isRevision(revision)) {
    throw new RangeError(`a model revision must be 12 hex digits, got "${revision}"`);
  }
  if (!Number.isSafeInteger(preprocessingVersion) || preprocessingVersion < 0) {
    throw new RangeError(
      `a preprocessing version must be an integer from 0, got ${preprocessingVersion}`,
    );
  }
  return `${revision}:${preprocessingVersion}`;
}

/** Form of a tweet in keys. */
export function tweetName(id: TweetId): string {
  if (!isId(id)) {
    throw new RangeError(`a tweet id must be 1 to 19 digits without a leading zero, got "${id}"`);
  }
  return id;
}
