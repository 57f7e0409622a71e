import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** Behavior for one call: fail whole, hang, break off, refuse records by place, or a whole answer. */
export type FirehoseBehavior =
  | { readonly status: number; readonly type: string }
  | { readonly refuse: readonly number[] }
  | { readonly answer: object }
  | 'hang'
  | 'break-off';

interface PutRecordBatch {
  readonly DeliveryStreamName: string;
  readonly Records: readonly { readonly Data: string }[];
}

/** Takes PutRecordBatch over real HTTP, as Firehose does; scripted call by call, then well. */
export class FirehoseStub {
  /** The calls so far, refused ones too: the lines of their records. */
  readonly calls: string[][] = [];
  readonly streams = new Set<string>();
  /** The lines it has accepted. */
  readonly accepted: string[] = [];
  /** Behavior after the end of the script. */
  otherwise: FirehoseBehavior | 'well' = 'well';
  readonly #script: FirehoseBehavior[] = [];
  readonly #server: Server;
  #called = Promise.withResolvers<void>();

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<FirehoseStub> {
    const stub = new FirehoseStub();
    stub.#server.listen(0, '127.0.0.1');
    await once(stub.#server, 'listening');
    return stub;
  }

  /** Options that direct the AWS SDK to the stub, with invalid keys. */
  get environment(): Readonly<Record<string, string>> {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the stub is closed');
    return {
      AWS_ENDPOINT_URL_FIREHOSE: `http://127.0.0.1:${address.port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'key-of-the-test',
      AWS_SECRET_ACCESS_KEY: 'secret-of-the-test',
      AWS_CONFIG_FILE: '/nowhere',
      AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    };
  }

  script(...behaviors: readonly FirehoseBehavior[]): void {
    this.#script.push(...behaviors);
  }

  /** Resolves when the next call has been read. */
  nextCall(): Promise<void> {
    return this.#called.promise;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers['x-amz-target'] !== 'Firehose_20150804.PutRecordBatch') {
      response.writeHead(400).end('{"__type":"UnknownOperationException"}');
      return;
    }
    const { DeliveryStreamName, Records } = JSON.parse(await text(request)) as PutRecordBatch;
    const lines = Records.map(({ Data }) => Buffer.from(Data, 'base64').toString());
    this.streams.add(DeliveryStreamName);
    this.calls.push(lines);
    this.#called.resolve();
    this.#called = Promise.withResolvers();
    const behavior = this.#script.shift() ?? this.otherwise;
    if (behavior === 'hang') return;
    if (behavior === 'break-off') request.socket.destroy();
    else if (behavior !== 'well' && 'status' in behavior) {
      const error = { __type: behavior.type, message: 'as the script says' };
      send(response, behavior.status, error);
    } else if (behavior !== 'well' && 'answer' in behavior) send(response, 200, behavior.answer);
    else {
      const refused = new Set(behavior === 'well' ? [] : behavior.refuse);
      this.accepted.push(...lines.filter((_, index) => !refused.has(index)));
      send(response, 200, {
        FailedPutCount: refused.size,
        Encrypted: false,
        RequestResponses: lines.map((_, index) =>
          refused.has(index)
            ? { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' }
            : { RecordId: `record-${index}` },
        ),
      });
    }
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
