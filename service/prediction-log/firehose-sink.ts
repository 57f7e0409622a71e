import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { waitAtMost } from '../application/wait-at-most.ts';
import { StartupError } from '../domain/errors.ts';
import type { RecordLine } from './record.ts';
import { PartialWriteError, type RecordSink } from './record-sink.ts';

export interface FirehoseOptions {
  readonly streamName: string;
  /** Longest duration of one call and of the SDK's work before it; 5 s by default. */
  readonly timeoutMs?: number;
  /** Longest wait for a connection; 1 s by default. */
  readonly connectionTimeoutMs?: number;
}

const TIMEOUT_MS = 5_000;
const CONNECTION_TIMEOUT_MS = 1_000;

/**
 * Puts records into a Firehose stream. The AWS SDK finds region, credentials and endpoint:
 * AWS_REGION, the task's role, AWS_ENDPOINT_URL_FIREHOSE.
 */
export class FirehoseRecordSink implements RecordSink {
  /** Limit of PutRecordBatch. */
  readonly maxLines = 500;
  /** PutRecordBatch takes 4 MiB, which 3 MiB are once encoded as base64. */
  readonly maxBytes = 3_145_728;
  readonly #client: FirehoseClient;
  readonly #streamName: string;
  readonly #timeoutMs: number;

  private constructor(client: FirehoseClient, { streamName, timeoutMs }: FirehoseOptions) {
    this.#client = client;
    this.#streamName = streamName;
    this.#timeoutMs = timeoutMs ?? TIMEOUT_MS;
  }

  /** @throws StartupError without a region */
  static async connect(options: FirehoseOptions): Promise<FirehoseRecordSink> {
    const client = new FirehoseClient({
      // The caller retries, with only the refused records.
      maxAttempts: 1,
      requestHandler: { connectionTimeout: options.connectionTimeoutMs ?? CONNECTION_TIMEOUT_MS },
    });
    try {
      await client.config.region();
    } catch (cause) {
      throw new StartupError(
        `PREDICTION_STREAM=${options.streamName} needs the AWS region of the stream: set AWS_REGION.`,
        { cause },
      );
    }
    return new FirehoseRecordSink(client, options);
  }

  async write(lines: readonly RecordLine[]): Promise<void> {
    const { RequestResponses = [] } = await this.#put(lines);
    // Firehose gives each record that it takes an id; a proxy's empty answer gives none.
    const refused = lines.filter((_, index) => RequestResponses[index]?.RecordId === undefined);
    if (refused.length === 0) return;
    const code =
      RequestResponses.find(({ ErrorCode }) => ErrorCode !== undefined)?.ErrorCode ??
      'no reason given';
    throw new PartialWriteError(
      `Firehose refused ${refused.length} of ${lines.length} records: ${code}`,
      refused,
    );
  }

  /** The abort signal does not end everything: the search for credentials ignores it. */
  async #put(lines: readonly RecordLine[]) {
    const abort = new AbortController();
    const command = new PutRecordBatchCommand({
      DeliveryStreamName: this.#streamName,
      Records: lines.map(({ text }) => ({ Data: Buffer.from(text) })),
    });
    return await waitAtMost(this.#client.send(command, { abortSignal: abort.signal }), {
      ms: this.#timeoutMs,
      onLate: () => {
        abort.abort();
        return new Error(`Firehose did not answer within ${this.#timeoutMs} ms`);
      },
    });
  }
}
