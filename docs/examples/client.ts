/**
 * A client of the service in one file: copy it. It needs nothing but `fetch`, so that it runs in
 * Node, Deno, Bun and browsers.
 *
 *     node docs/examples/client.ts "I love this phone"      (Node 22.18 or later)
 *
 * SERVICE_URL says where the service is (default http://127.0.0.1:3000), API_KEY what it wants.
 * Clients in other languages can be generated from /openapi.json.
 */

export type Label = 'negative' | 'neutral' | 'positive';
export type PerLabel = Readonly<Record<Label, number>>;

export interface Sentiment {
  readonly sentimentAnalyst: Label;
  readonly scores: PerLabel;
  /** The text was too long for the model, and its end was not read. */
  readonly truncated: boolean;
  /** Number of tokens that the model read; absent if a tweet was in the feature store. */
  readonly tokens?: number;
  /** Such as `en`; null if it is undetermined. */
  readonly language: string | null;
  /** False: the model does not read the language, and the scores mean nothing. */
  readonly languageSupported: boolean | null;
}

/** The answer for one text of several. */
export type TextResult =
  | (Sentiment & { readonly status: 'ok' })
  | {
      readonly status: 'error';
      readonly problem: { readonly code: string; readonly detail: string };
    };

export interface TweetSentiment extends Sentiment {
  readonly tweetId: string;
  readonly textInput?: string;
  readonly author: { readonly id: string | null; readonly username: string | null };
  readonly tweetCreatedAt: string;
}

export interface ActiveUser {
  readonly user: { readonly id: string; readonly username: string | null };
  readonly total: number;
  readonly counts: PerLabel;
}

export interface ActiveTopic {
  readonly topic: { readonly id: string };
  readonly total: number;
  readonly counts: PerLabel;
}

export interface Aggregate {
  readonly total: number;
  readonly counts: PerLabel;
  readonly meanScores: PerLabel | null;
  readonly timeline: readonly { readonly date: string; readonly counts: PerLabel }[];
}

/** What the service says instead of an answer; programs look at `code`. */
export class ServiceProblem extends Error {
  readonly code: string;
  readonly status: number;

  constructor(message: string, code: string, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export interface ClientOptions {
  readonly url?: string | undefined;
  readonly apiKey?: string | undefined;
  /** How often a request is sent at most, where the service says that it may succeed later. */
  readonly attempts?: number;
  /** Longest time one attempt may take. */
  readonly timeoutMs?: number;
}

/** Every method rejects with a ServiceProblem when the service refuses. */
export class TweetSentimentClient {
  readonly #url: string;
  readonly #apiKey: string | undefined;
  readonly #attempts: number;
  readonly #timeoutMs: number;

  constructor(options: ClientOptions = {}) {
    this.#url = options.url ?? 'http://127.0.0.1:3000';
    this.#apiKey = options.apiKey;
    this.#attempts = options.attempts ?? 3;
    this.#timeoutMs = options.timeoutMs ?? 15_000;
  }

  /** Up to 128 texts; the answer has the same length and order. A text may fail alone. */
  async scoreTexts(texts: readonly string[]): Promise<readonly TextResult[]> {
    const { results } = await this.#send<{ results: TextResult[] }>('/v1/inference', { texts });
    return results;
  }

  scoreTweet(tweetUrl: string): Promise<TweetSentiment> {
    return this.#send(`/v1/inference?${new URLSearchParams({ tweetUrl })}`);
  }

  async mostActiveUsers(limit = 10): Promise<readonly ActiveUser[]> {
    const { users } = await this.#send<{ users: ActiveUser[] }>(`/v1/users?limit=${limit}`);
    return users;
  }

  async mostActiveTopics(limit = 10): Promise<readonly ActiveTopic[]> {
    const { topics } = await this.#send<{ topics: ActiveTopic[] }>(`/v1/topics?limit=${limit}`);
    return topics;
  }

  /** @param topic such as `#bitcoin`. The range is in UTC dates, the last 30 days without one. */
  topicSentiment(topic: string, range: { from?: string; to?: string } = {}): Promise<Aggregate> {
    const query = new URLSearchParams(range);
    return this.#send(`/v1/topics/${encodeURIComponent(topic)}/sentiment?${query}`);
  }

  async #send<Answer>(path: string, body?: object): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(new URL(path, this.#url), {
        method: body ? 'POST' : 'GET',
        headers: {
          ...(body && { 'content-type': 'application/json' }),
          ...(this.#apiKey && { 'x-api-key': this.#apiKey }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      if (response.ok) return (await response.json()) as Answer;
      // 429 and 503 say when to come back.
      const retryAfterSeconds = Number(response.headers.get('retry-after'));
      if (!(retryAfterSeconds > 0) || attempt === this.#attempts) throw await problemOf(response);
      await response.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, retryAfterSeconds * 1_000));
    }
  }
}

/** What a refusal says of itself; a proxy on the way may refuse with a page of its own. */
async function problemOf(response: Response): Promise<ServiceProblem> {
  const { status } = response;
  if (!/\bjson\b/.test(response.headers.get('content-type') ?? '')) {
    await response.body?.cancel();
    return new ServiceProblem(`The answer was HTTP ${status}, without a reason.`, 'none', status);
  }
  const { detail, code } = (await response.json()) as { detail: string; code: string };
  return new ServiceProblem(detail, code, status);
}

if (import.meta.main) {
  const texts = process.argv.length > 2 ? process.argv.slice(2) : ['I love this phone'];
  const { SERVICE_URL: url, API_KEY: apiKey } = process.env;
  const results = await new TweetSentimentClient({ url, apiKey }).scoreTexts(texts);
  for (const [index, result] of results.entries()) {
    const said =
      result.status === 'ok'
        ? `${result.sentimentAnalyst} (${result.scores[result.sentimentAnalyst].toFixed(3)})`
        : result.problem.code;
    console.log(`${said}  ${texts[index]}`);
  }
}
