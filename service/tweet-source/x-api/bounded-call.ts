import { type IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type {
  ITwitterApiBeforeRequestConfigHookArgs,
  ITwitterApiBeforeRequestHookArgs,
  ITwitterApiClientPlugin,
} from 'twitter-api-v2';

/**
 * A plugin for one call of twitter-api-v2, whose own `timeout` bounds silence only: ends the
 * call when it takes too long or its answer grows too large, and remembers how it went.
 */
export class BoundedCall implements ITwitterApiClientPlugin {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #maxBytes: number;
  #excess: string | undefined;
  #response: IncomingMessage | undefined;
  #networkError: unknown;
  #wasConnected = false;

  constructor({ timeoutMs, maxBytes }: { timeoutMs: number; maxBytes: number }) {
    this.#maxBytes = maxBytes;
    this.#timer = setTimeout(() => this.#cut(`took longer than ${timeoutMs} ms`), timeoutMs);
  }

  /** Why the call was cut, where it was: `took longer than 1500 ms`. */
  get excess(): string | undefined {
    return this.#excess;
  }

  /** The status of the answer, once it has arrived. */
  get status(): number | undefined {
    return this.#response?.statusCode;
  }

  get headers(): IncomingHttpHeaders {
    return this.#response?.headers ?? {};
  }

  /** Whether the request can have reached X at all. */
  get wasConnected(): boolean {
    return this.#wasConnected;
  }

  /** What went wrong below HTTP; the library's error holds it nowhere. */
  get networkError(): unknown {
    return this.#networkError;
  }

  /** To be called when the call has ended. */
  end(): void {
    clearTimeout(this.#timer);
  }

  onBeforeRequestConfig({ params }: ITwitterApiBeforeRequestConfigHookArgs): void {
    params.requestEventDebugHandler = (event, data) => {
      if (event === 'response' && data.res instanceof IncomingMessage) this.#watch(data.res);
      if (event === 'socket-connect') this.#wasConnected = true;
      if (event === 'request-error') this.#networkError = data.requestError;
    };
  }

  onBeforeRequest({ requestOptions }: ITwitterApiBeforeRequestHookArgs): void {
    requestOptions.signal = this.#controller.signal;
  }

  #watch(response: IncomingMessage): void {
    this.#response = response;
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > this.#maxBytes) this.#cut(`was longer than ${this.#maxBytes} bytes`);
    });
  }

  #cut(excess: string): void {
    this.#excess ??= excess;
    this.#controller.abort();
  }
}
