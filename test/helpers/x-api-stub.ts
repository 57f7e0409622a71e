import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StubResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string as it is. */
  readonly body: unknown;
}

/** One way for the stub to answer a request. */
export type StubAnswer =
  | StubResponse
  /** Says nothing until `answerHanging()`. */
  | 'hang'
  /** Says nothing more after the beginning of the body. */
  | 'hang-after-head'
  /** Sends a byte every 10 ms without end. */
  | 'drip'
  /** Sends as fast as it can without end. */
  | 'flood'
  /** Closes the connection in the middle of the body, or without a word. */
  | 'break-off'
  | 'reset';

export interface StubRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** The tweets asked for. */
  readonly ids: readonly string[];
}

/** Data of the stub: `tweets` are X API v2 objects; oEmbed gives their text as HTML. */
export interface StubContent {
  readonly tweets?: readonly {
    readonly id: string;
    readonly text: string;
    [field: string]: unknown;
  }[];
  readonly includes?: unknown;
  /** Accounts that can be looked up by name. */
  readonly users?: readonly { readonly id: string; readonly username: string }[];
}

/**
 * X as far as it is asked, over real HTTP: `GET /2/tweets` and `GET /oembed`, and for the tools a
 * user by name, timelines and the recent search. Answers from the tweets it is given, and as
 * scripted for the requests that come next.
 */
export class XApiStub {
  readonly requests: StubRequest[] = [];
  readonly #server: Server;
  readonly #events = new EventEmitter();
  readonly #script: (StubAnswer | (() => StubAnswer))[] = [];
  #always: StubAnswer | undefined;
  readonly #url: string;
  readonly #hanging: (() => void)[] = [];
  #content: StubContent;

  private constructor(server: Server, content: StubContent) {
    this.#server = server;
    this.#content = content;
    this.#url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => this.#serve(request, response));
  }

  /** Listens on a port of 127.0.0.1 that the system chooses. */
  static async start(content: StubContent = {}): Promise<XApiStub> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new XApiStub(server, content);
  }

  /** For X_API_URL. */
  get url(): string {
    return this.#url;
  }

  /** For OEMBED_URL. */
  get oembedUrl(): string {
    return `${this.url}/oembed`;
  }

  /**
   * Answers the next requests so, one each, before it answers from its tweets again. A function is
   * called when its request arrives.
   */
  script(...answers: readonly (StubAnswer | (() => StubAnswer))[]): void {
    this.#script.push(...answers);
  }

  /** Answers every request so; without an argument, from its tweets again. */
  always(answer?: StubAnswer): void {
    this.#always = answer;
  }

  /** Number of requests that hang now. */
  get hanging(): number {
    return this.#hanging.length;
  }

  /** Answers the requests that hang, from its tweets. */
  answerHanging(): void {
    for (const resume of this.#hanging.splice(0)) resume();
  }

  /** Replaces the tweets it answers from. */
  serve(content: StubContent): void {
    this.#content = content;
  }

  /** Resolves when the connection of a request has ended before its answer did. */
  async clientLeft(): Promise<void> {
    await once(this.#events, 'client-left');
  }

  /** Resolves with the next request that arrives. */
  async nextRequest(): Promise<StubRequest> {
    const [request] = await once(this.#events, 'request');
    return request;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    const asked = url.searchParams.get('ids') ?? url.searchParams.get('url') ?? '';
    const ids = asked.match(/[0-9]+/g) ?? [];
    const seen = { path: url.pathname, query: url.searchParams, headers: request.headers, ids };
    this.requests.push(seen);
    this.#events.emit('request', seen);
    response.on('close', () => {
      if (!response.writableFinished) this.#events.emit('client-left');
    });
    const resume = () => answer(response, this.#default(url, ids));
    const next = this.#script.shift() ?? this.#always;
    const scripted = typeof next === 'function' ? next() : next;
    if (scripted === undefined) resume();
    else if (scripted === 'hang') this.#hanging.push(resume);
    else answer(response, scripted);
  }

  #default({ pathname: path, searchParams }: URL, ids: readonly string[]): StubResponse {
    const { tweets = [], includes } = this.#content;
    const listing = this.#listing(path, searchParams);
    if (listing) return listing;
    const data = tweets.filter(({ id }) => ids.includes(id));
    const errors = ids
      .filter((id) => !data.some((tweet) => tweet.id === id))
      .map((id) => ({
        value: id,
        resource_id: id,
        resource_type: 'tweet',
        parameter: 'ids',
        title: 'Not Found Error',
        detail: `Could not find tweet with ids: [${id}].`,
        type: 'https://api.twitter.com/2/problems/resource-not-found',
      }));
    if (path === '/2/tweets') {
      return {
        body: { ...(data.length > 0 && { data }), includes, ...(errors.length > 0 && { errors }) },
      };
    }
    if (path === '/oembed' && data[0]) return { body: oembedOf(data[0]) };
    const request = `${path}?url=${encodeURIComponent(searchParams.get('url') ?? '')}`;
    return { status: 404, body: { error: 'Sorry, that page does not exist', request } };
  }

  /** Undefined if the path is neither a list of tweets nor a user. */
  #listing(path: string, query: URLSearchParams): StubResponse | undefined {
    const { tweets = [], includes, users = [] } = this.#content;
    const [, name] = /^\/2\/users\/by\/username\/(\w+)$/.exec(path) ?? [];
    if (name !== undefined) {
      const user = users.find(({ username }) => username.toLowerCase() === name.toLowerCase());
      return { body: user ? { data: user } : { errors: [{ value: name, resource_type: 'user' }] } };
    }
    const [, author] = /^\/2\/users\/(\d+)\/tweets$/.exec(path) ?? [];
    const isSearch = path === '/2/tweets/search/recent';
    if (author === undefined && !isSearch) return undefined;
    const term = (query.get('query') ?? '').replace(/ -is:retweet$/, '').replaceAll('"', '');
    const data = page(
      tweets.filter((tweet) => (isSearch ? tweet.text.includes(term) : tweet.author_id === author)),
      query,
    );
    const meta = { result_count: data.length };
    return { body: data.length > 0 ? { data, includes, meta } : { meta } };
  }
}

/** The newest first, below `until_id`, as many as `max_results` says. */
function page<T extends { readonly id: string }>(
  tweets: readonly T[],
  query: URLSearchParams,
): T[] {
  const untilId = BigInt(query.get('until_id') ?? 2n ** 63n);
  return tweets
    .filter(({ id }) => BigInt(id) < untilId)
    .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1))
    .slice(0, Number(query.get('max_results') ?? 10));
}

/** The answer of publish.x.com for a tweet; `paragraph` is HTML. */
export function oembedOf({ id, text: paragraph }: { id: string; text: string }): object {
  return {
    url: `https://x.com/somebody/status/${id}`,
    author_name: 'Some Body',
    author_url: 'https://x.com/somebody',
    html:
      `<blockquote class="twitter-tweet"><p lang="en" dir="ltr">${paragraph}</p>&mdash; Some Body ` +
      `(@somebody) <a href="https://x.com/somebody/status/${id}?ref_src=twsrc%5Etfw">` +
      'November 15, 2021</a></blockquote>\n\n',
    width: 550,
    height: null,
    type: 'rich',
    cache_age: '3153600000',
    provider_name: 'X',
    provider_url: 'https://x.com',
    version: '1.0',
  };
}

function answer(response: ServerResponse, how: Exclude<StubAnswer, 'hang'>): void {
  if (how === 'reset') {
    response.socket?.destroy();
    return;
  }
  if (typeof how === 'object') {
    const { status = 200, headers = {}, body } = how;
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.write('{"data":[{"id":"20","text":"');
  if (how === 'drip') {
    const timer = setInterval(() => response.write('a'), 10);
    response.on('close', () => clearInterval(timer));
  } else if (how === 'flood') {
    const flood = () => {
      while (!response.destroyed && response.write(FLOOD));
    };
    response.on('drain', flood);
    flood();
  } else if (how === 'break-off') {
    response.socket?.end();
  }
}

const FLOOD = 'a'.repeat(1024 * 1024);
