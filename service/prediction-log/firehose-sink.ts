import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { StartupError } from '../domain/errors.ts';
import type { RecordLine } from './record.ts';
import { PartialWriteError, type RecordSink } from './record-sink.ts';

export interface FirehoseOptions {
  readonly streamName: string;
  /** Longest time of one call, with whatever the SDK does before it; 5 s by default. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 5_000;
const CONNECTION_TIMEOUT_MS = 1_000;

/**
 * Puts records into a Firehose stream. Region, credentials and endpoint are found as the AWS SDK
 * finds them: AWS_REGION, the task's role, AWS_ENDPOINT_URL_FIREHOSE.
 */
export class FirehoseRecordSink implements RecordSink {
  /** PutRecordBatch takes 500 records. */
  readonly maxLines = 500;
  /** It takes 4 MiB: so much it is at most once the records are encoded as base64. */
  readonly maxBytes = 3_145_728;
  readonly #client: FirehoseClient;
  readonly #streamName: string;
  readonly #timeoutMs: number;

  private constructor(client: FirehoseClient, { streamName, timeoutMs }: FirehoseOptions) {
    this.#client = client;
    this.#streamName = streamName;
    this.#timeoutMs = timeoutMs ?? TIMEOUT_MS;
  }

  /** @throws StartupError when no region is configured. */
  static async connect(options: FirehoseOptions): Promise<FirehoseRecordSink> {
    const client = new FirehoseClient({
      // The caller tries again, with what was refused only.
      maxAttempts: 1,
      requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS },
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
    const { FailedPutCount = 0, RequestResponses = [] } = await this.#put(lines);
    if (FailedPutCount === 0) return;
    const refused = lines.filter((_, index) => RequestResponses[index]?.ErrorCode !== undefined);
    const code = RequestResponses.find(({ ErrorCode }) => ErrorCode !== undefined)?.ErrorCode;
    throw new PartialWriteError(
      `Firehose refused ${refused.length} of ${lines.length} records: ${code}`,
      refused,
    );
  }

  /** The race bounds what no signal reaches, as the search for credentials. */
  async #put(lines: readonly RecordLine[]) {
    const abort = new AbortController();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      abort.abort();
      reject(new Error(`Firehose did not answer within ${this.#timeoutMs} ms`));
    }, this.#timeoutMs);
    const command = new PutRecordBatchCommand({
      DeliveryStreamName: this.#streamName,
      Records: lines.map(({ text }) => ({ Data: Buffer.from(text) })),
    });
    try {
      return await Promise.race([this.#client.send(command, { abortSignal: abort.signal }), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
