import type { ChainableCommander, Redis } from 'ioredis';
import type { FeatureWrite, WriteResult } from '../../application/ports/feature-store.ts';
import type { Metrics } from '../../application/ports/metrics.ts';
import { contributionOf, MAX_CONTRIBUTION_TOPICS } from '../../domain/contribution.ts';
import { RowRejectedError } from '../../domain/errors.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { rowFault } from '../row-fault.ts';
import { encodeContent } from './bucket-codec.ts';
import { failureReason, isRowFault } from './failures.ts';
import { type RedisKeys, versionField } from './keys.ts';
import type { OperationGuard } from './operation-guard.ts';
import { encodeRow } from './row-codec.ts';
import { writeParts } from './write-parts.ts';

const DAY_SECONDS = 86_400;

export interface RowWriterOptions {
  readonly client: Redis;
  readonly keys: RedisKeys;
  readonly guard: OperationGuard;
  readonly metrics: Metrics;
  /** Life of a day bucket after its last write. */
  readonly aggregateSeconds: number;
  /** Life of a tweet's index. */
  readonly coverSeconds: number;
}

/** Writes rows and adds them to the aggregates. */
export class RowWriter {
  readonly #options: RowWriterOptions;

  constructor(options: RowWriterOptions) {
    this.#options = options;
  }

  async write(writes: readonly FeatureWrite[]): Promise<WriteResult[]> {
    const faults = writes.map(({ row }) => rowFault(row));
    const sound = writes.filter((_, index) => faults[index] === null);
    const results = (await this.#putSound(sound)).values();
    return writes.map(({ row }, index) => {
      const fault = faults[index] ?? null;
      if (fault === null) return results.next().value ?? false;
      return this.#rejected(row.tweetId, fault);
    });
  }

  async #putSound(writes: readonly FeatureWrite[]): Promise<WriteResult[]> {
    const results: WriteResult[] = [];
    for (const part of writeParts(writes)) results.push(...(await this.#putPart(part)));
    return results;
  }

  async #putPart(writes: readonly FeatureWrite[]): Promise<WriteResult[]> {
    const pipeline = this.#options.client.pipeline();
    for (const write of writes) this.#put(pipeline, write);
    return this.#options.guard.run('write', async () => {
      const replies = (await pipeline.exec()) ?? [];
      return writes.map(({ row: { tweetId } }, index) => {
        const [error, written] = replies[index] ?? [];
        if (isRowFault(error)) return this.#rejected(tweetId, failureReason(error));
        if (error) throw error;
        if (written === 0 || written === 1) return written === 1;
        throw new Error('Redis answered a write with something other than whether it was done.');
      });
    });
  }

  #rejected(tweetId: TweetId, reason: string): RowRejectedError {
    this.#options.metrics.record('FeatureStoreErrors', 1, 'write');
    return new RowRejectedError(tweetId, { cause: new Error(reason) });
  }

  #put(pipeline: ChainableCommander, { row, ttlSeconds }: FeatureWrite): void {
    const { keys, aggregateSeconds, coverSeconds } = this.#options;
    const { tweetId, authorId, authorUsername, model, preprocessingVersion } = row;
    const version = { revision: model.revision, preprocessingVersion };
    const contribution = contributionOf(row);
    pipeline.putRow(
      keys.row(tweetId, version),
      keys.index(tweetId),
      keys.tombstone(tweetId),
      keys.prefix,
      aggregateSeconds,
      coverSeconds,
      // Longer than the row, so that a purge finds it.
      Math.max(coverSeconds, ttlSeconds + DAY_SECONDS),
      MAX_CONTRIBUTION_TOPICS,
      encodeRow(row),
      ttlSeconds,
      versionField(version),
      row.createdTimestampMs,
      row.eventTimestampMs,
      authorId ?? '',
      authorId === null ? '' : (authorUsername ?? ''),
      encodeContent(contribution),
      contribution.topics.join('\n'),
    );
  }
}
