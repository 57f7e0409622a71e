import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { BinaryReader } from '@bufbuild/protobuf/wire';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, string | number>>;
}

type Field = bigint | number | Uint8Array;

/** The part of an OpenTelemetry collector that takes traces: OTLP over HTTP, in protobuf. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** Attributes of the senders. */
  readonly resources: Readonly<Record<string, string | number>>[] = [];
  readonly bodies: Buffer[] = [];
  /** The header `authorization` of each request. */
  readonly credentials: (string | undefined)[] = [];
  readonly #server: Server;
  #arrived = Promise.withResolvers<void>();

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const isKnown = request.url === '/v1/traces';
      this.credentials.push(request.headers.authorization);
      if (isKnown) this.#take(await buffer(request));
      response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/x-protobuf' }).end();
    });
  }

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The spans so far, once there are as many as this. */
  async waitFor(count: number): Promise<readonly ReceivedSpan[]> {
    while (this.spans.length < count) await this.#arrived.promise;
    return this.spans;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #take(body: Buffer): void {
    this.bodies.push(body);
    for (const resourceSpans of messages(body, 1)) {
      for (const resource of messages(resourceSpans, 1))
        this.resources.push(attributes(resource, 1));
      for (const scopeSpans of messages(resourceSpans, 2)) {
        this.spans.push(...messages(scopeSpans, 2).map(spanOf));
      }
    }
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }
}

/** The fields of a message, by the numbers of opentelemetry/proto/trace/v1/trace.proto. */
function spanOf(message: Uint8Array): ReceivedSpan {
  const fields = fieldsOf(message);
  const bytes = (number: number) => Buffer.from((fields.get(number)?.[0] ?? []) as Uint8Array);
  const time = (number: number) => fields.get(number)?.[0] as bigint;
  return {
    traceId: bytes(1).toString('hex'),
    spanId: bytes(2).toString('hex'),
    parentSpanId: bytes(4).toString('hex'),
    name: bytes(5).toString(),
    kind: Number(fields.get(6)?.[0]),
    startNs: time(7),
    endNs: time(8),
    attributes: attributes(message, 9),
  };
}

function attributes(message: Uint8Array, number: number): Record<string, string | number> {
  return Object.fromEntries(
    messages(message, number).map((pair) => {
      const [key = new Uint8Array()] = messages(pair, 1);
      const [any = new Uint8Array()] = messages(pair, 2);
      const [value] = [...fieldsOf(any).values()].flat();
      const text = value instanceof Uint8Array ? Buffer.from(value).toString() : Number(value);
      return [Buffer.from(key).toString(), text];
    }),
  );
}

function messages(message: Uint8Array, number: number): Uint8Array[] {
  return (fieldsOf(message).get(number) ?? []) as Uint8Array[];
}

function fieldsOf(message: Uint8Array): Map<number, Field[]> {
  const fields = new Map<number, Field[]>();
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const value = READ[wireType]?.(reader);
    if (value === undefined) throw new Error(`wire type ${wireType} is not expected`);
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

const READ: Readonly<Record<number, (reader: BinaryReader) => Field>> = {
  0: (reader) => BigInt(reader.uint64()),
  1: (reader) => BigInt(reader.fixed64()),
  2: (reader) => reader.bytes(),
  5: (reader) => reader.fixed32(),
};
