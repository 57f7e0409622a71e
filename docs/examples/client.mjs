// @ts-check
/**
 * A client of the service in one file: copy it. It needs only `fetch`, so that it runs in Node 18
 * and later, Deno, Bun and browsers. For a page of another origin, the service needs that origin in
 * CORS_ORIGINS.
 *
 *     node docs/examples/client.mjs "I love this phone"
 *
 * SERVICE_URL is the address of the service (default http://127.0.0.1:3000), API_KEY a key for it.
 * Clients in other languages can be generated from /openapi.json.
 */

/** @typedef {'negative' | 'neutral' | 'positive'} Label */

/** @typedef {Readonly<Record<Label, number>>} PerLabel */

/**
 * @typedef {object} Sentiment
 * @property {Label} sentimentAnalyst
 * @property {PerLabel} scores
 * @property {boolean} certain False: the two highest scores are close to each other.
 * @property {boolean} truncated The text was too long for the model, and its end was not read.
 * @property {number} [tokens] Tokens that the model read; absent if a tweet was in the feature store.
 * @property {string | null} language Such as `en`; null if it is undetermined.
 * @property {boolean | null} languageSupported False: the model does not read the language, and the
 * scores mean nothing.
 */

/**
 * @typedef {(Sentiment & { status: 'ok' }) | { status: 'error', problem: { code: string, detail: string } }} TextResult
 * The answer for one text of several.
 */

/**
 * @typedef {Sentiment & {
 *   tweetId: string,
 *   textInput?: string,
 *   author: { id: string | null, username: string | null },
 *   tweetCreatedAt: string,
 * }} TweetSentiment
 */

/**
 * @typedef {object} ActiveUser
 * @property {{ id: string, username: string | null }} user
 * @property {number} total
 * @property {PerLabel} counts
 */

/**
 * @typedef {object} ActiveTopic
 * @property {{ id: string }} topic
 * @property {number} total
 * @property {PerLabel} counts
 */

/**
 * @typedef {object} Aggregate
 * @property {number} total
 * @property {PerLabel} counts
 * @property {PerLabel | null} meanScores
 * @property {readonly { date: string, counts: PerLabel }[]} timeline
 */

/** A refusal of the service; programs look at `code`. */
export class ServiceProblem extends Error {
  /**
   * @param {string} message
   * @param {string} code
   * @param {number} status
   * @param {number} [retryAfterSeconds] Absent if the service named no time to ask again.
   * @param {boolean} [exceedsDeadline] True: fewer texts in a request may be answered in time.
   */
  constructor(message, code, status, retryAfterSeconds, exceedsDeadline = false) {
    super(message);
    this.code = code;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    this.exceedsDeadline = exceedsDeadline;
  }
}

/**
 * @typedef {object} ClientOptions
 * @property {string} [url]
 * @property {string} [apiKey]
 * @property {number} [attempts] Most attempts for a request that may succeed later.
 * @property {number} [timeoutMs] Longest time for one attempt (default 15,000): more than the deadlines
 * of the service.
 * @property {number} [longestWaitMs] Longest time between two attempts (default 60,000). When the
 * service asks for a longer one, such as until midnight, the method rejects at once.
 */

/** Every method rejects with a ServiceProblem when the service refuses. */
export class TweetSentimentClient {
  #url;
  #apiKey;
  #attempts;
  #timeoutMs;
  #longestWaitMs;

  /** @param {ClientOptions} [options] */
  constructor(options = {}) {
    // A proxy may serve the service below a path.
    this.#url = (options.url ?? 'http://127.0.0.1:3000').replace(/\/+$/, '');
    this.#apiKey = options.apiKey;
    this.#attempts = options.attempts ?? 3;
    this.#timeoutMs = options.timeoutMs ?? 15_000;
    this.#longestWaitMs = options.longestWaitMs ?? 60_000;
  }

  /**
   * Up to 128 texts; the answer has the same length and order. A text may fail alone. Texts that take
   * longer than a request may are sent in halves.
   *
   * @param {readonly string[]} texts
   * @returns {Promise<readonly TextResult[]>}
   */
  async scoreTexts(texts) {
    try {
      /** @type {{ results: TextResult[] }} */
      const { results } = await this.#send('/v1/inference', { texts });
      return results;
    } catch (error) {
      const isDivisible = error instanceof ServiceProblem && error.exceedsDeadline;
      if (!isDivisible || texts.length === 1) throw error;
      const middle = Math.ceil(texts.length / 2);
      const first = await this.scoreTexts(texts.slice(0, middle));
      return [...first, ...(await this.scoreTexts(texts.slice(middle)))];
    }
  }

  /**
   * @param {string} tweetUrl
   * @returns {Promise<TweetSentiment>}
   */
  scoreTweet(tweetUrl) {
    return this.#send(`/v1/inference?${new URLSearchParams({ tweetUrl })}`);
  }

  /** @returns {Promise<readonly ActiveUser[]>} */
  async mostActiveUsers(limit = 10) {
    /** @type {{ users: ActiveUser[] }} */
    const { users } = await this.#send(`/v1/users?limit=${limit}`);
    return users;
  }

  /** @returns {Promise<readonly ActiveTopic[]>} */
  async mostActiveTopics(limit = 10) {
    /** @type {{ topics: ActiveTopic[] }} */
    const { topics } = await this.#send(`/v1/topics?limit=${limit}`);
    return topics;
  }

  /**
   * @param {string} topic such as `#bitcoin`
   * @param {{ from?: string, to?: string }} [range] UTC dates; the last 30 days by default
   * @returns {Promise<Aggregate>}
   */
  topicSentiment(topic, range = {}) {
    const query = new URLSearchParams(range);
    return this.#send(`/v1/topics/${encodeURIComponent(topic)}/sentiment?${query}`);
  }

  /**
   * @template Answer
   * @param {string} path
   * @param {{ texts: readonly string[] }} [body]
   * @returns {Promise<Answer>}
   */
  async #send(path, body) {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(this.#url + path, {
        method: body ? 'POST' : 'GET',
        headers: {
          ...(body && { 'content-type': 'application/json' }),
          ...(this.#apiKey && { 'x-api-key': this.#apiKey }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      if (response.ok) return /** @type {Answer} */ (await response.json());
      const problem = await problemOf(response);
      // 429 and 503 say when to come back.
      const waitMs = (problem.retryAfterSeconds ?? 0) * 1_000;
      const canWait = waitMs > 0 && waitMs <= this.#longestWaitMs;
      if (!canWait || attempt === this.#attempts) throw problem;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (problem.exceedsDeadline && body !== undefined && body.texts.length > 1) throw problem;
    }
  }
}

/**
 * The problem of a refusal; a proxy may refuse with a page, or without a body.
 *
 * @param {Response} response
 */
async function problemOf(response) {
  const { status, headers } = response;
  const seconds = Number(headers.get('retry-after'));
  const retryAfterSeconds = seconds > 0 ? seconds : undefined;
  const advice = retryAfterSeconds === undefined ? '' : ` Ask again in ${seconds} s.`;
  const document =
    /** @type {{ detail?: string, code?: string, exceedsDeadline?: boolean } | null} */ (
      await response.json().catch(() => null)
    );
  const {
    detail = `The answer was HTTP ${status}, without a reason.`,
    code = 'none',
    exceedsDeadline,
  } = document ?? {};
  return new ServiceProblem(detail + advice, code, status, retryAfterSeconds, exceedsDeadline);
}

/** True if Node runs this file, and does not import it. */
async function isProgram() {
  const file = globalThis.process?.argv?.[1];
  if (!file) return false;
  const [{ realpathSync }, { pathToFileURL }] = await Promise.all([
    import('node:fs'),
    import('node:url'),
  ]);
  return import.meta.url === pathToFileURL(realpathSync(file)).href;
}

if (await isProgram()) {
  const texts = process.argv.length > 2 ? process.argv.slice(2) : ['I love this phone'];
  const { SERVICE_URL: url, API_KEY: apiKey } = process.env;
  const client = new TweetSentimentClient({ ...(url && { url }), ...(apiKey && { apiKey }) });
  for (const [index, result] of (await client.scoreTexts(texts)).entries()) {
    const said =
      result.status === 'ok'
        ? `${result.sentimentAnalyst} (${result.scores[result.sentimentAnalyst].toFixed(3)})`
        : result.problem.code;
    console.log(`${said}  ${texts[index]}`);
  }
}
