import { type IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type {
  ITwitterApiBeforeRequestConfigHookArgs,
  ITwitterApiBeforeRequestHookArgs,
  ITwitterApiClientPlugin,
} from 'twitter-api-v2';

/**
 * A plugin for one call of twitter-api-v2: ends a call that takes too long or whose answer grows
 * too large, and records its course. The library's own `timeout` bounds only silence.
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

  /** Reason if the call was cut: `took longer than 1500 ms`. */
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

  /** True if the request may have reached X. */
  get wasConnected(): boolean {
    return this.#wasConnected;
  }

  /** Error below HTTP, which the library's own error omits. */
  get networkError(): unknown {
    return this.#networkError;
  }

  /** Call it when the call has ended. */
  end(): void {
    clearTimeout(this.#timer);
  }

  onBeforeRequestConfig({ params }: ITwitterApiBeforeRequestConfigHookArgs): void {
    // Without the header a server may compress its answer: the limit counts the bytes that are parsed.
    params.headers = { ...params.headers, 'accept-encoding': 'identity' };
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
