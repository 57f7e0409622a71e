import { eventually } from '../helpers/eventually.ts';
import { ServiceProcess } from '../helpers/service-process.ts';
import { XApiStub } from '../helpers/x-api-stub.ts';
import type { Result } from './report.ts';
import { ask, askAll, type Outcome, tally, totalOf, tweetsOf } from './tweets.ts';
import type { XFault } from './x-faults.ts';

const TWEETS = 12;
const STORED_AUTHOR = 8_000;
const STORED = tweetsOf(STORED_AUTHOR, 5);
const RECOVERED_WITHIN_MS = 30_000;

/** The service with an X that misbehaves, and some tweets that are stored. */
export class XScene {
  readonly service: ServiceProcess;
  readonly #stub: XApiStub;

  private constructor(service: ServiceProcess, stub: XApiStub) {
    this.service = service;
    this.#stub = stub;
  }

  static async start(): Promise<XScene> {
    const stub = await XApiStub.start({ tweets: STORED });
    const service = await ServiceProcess.start({
      X_BEARER_TOKEN: 'token-of-the-fault-suite',
      X_API_URL: stub.url,
      SINGLE_DEADLINE_MS: '30000',
      BATCH_DEADLINE_MS: '30000',
      TWEET_SOURCE_TIMEOUT_MS: '1000',
    });
    const scene = new XScene(service, stub);
    const ids = STORED.map(({ id }) => id);
    await eventually(async () => {
      const outcomes = await askAll(service, ids);
      if (outcomes.some(({ featureStore }) => featureStore !== 'hit'))
        throw new Error('not stored');
    });
    return scene;
  }

  /** Asks for tweets that X has to be asked for, for stored ones and for a text. */
  async suffer({ name, answer, isLong = false }: XFault, author: number): Promise<Result> {
    const tweets = tweetsOf(author, TWEETS + 1);
    this.#stub.serve({ tweets: [...STORED, ...tweets] });
    this.#stub.always(answer());
    const ids = tweets.slice(0, TWEETS).map(({ id }) => id);
    const [unread, stored, text] = await Promise.all([
      askAll(this.service, ids),
      askAll(
        this.service,
        STORED.map(({ id }) => id),
      ),
      this.service.post('/v1/inference', { texts: ['I love this phone'] }),
    ]);
    this.#stub.always();
    this.#stub.answerHanging();
    const recoveryMs = isLong ? null : await this.#recovery(tweets[TWEETS]!.id);
    const answers = [...unread, ...stored];
    return {
      fault: `X: ${name}`,
      asked: answers.length + 1,
      answered: answers.filter(isDocumented).length + (text.status === 200 ? 1 : 0),
      lost: STORED.length - (await totalOf(this.service, STORED_AUTHOR)),
      doubled: null,
      recoveryMs,
      note: `${tally(unread.map(describeOutcome))}; stored: ${tally(stored.map(({ status }) => status))}`,
    };
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.#stub.close();
  }

  async #recovery(id: string): Promise<number> {
    const startMs = performance.now();
    await eventually(async () => {
      const { status } = await ask(this.service, id);
      if (status !== 200) throw new Error(`the tweet answers ${status}`);
    }, RECOVERED_WITHIN_MS);
    return performance.now() - startMs;
  }
}

/** A stored tweet is answered; others are, or say that X failed. No fault says that one is gone. */
function isDocumented({ status, code }: Outcome): boolean {
  return (
    status === 200 ||
    (status === 502 && code === 'tweet_source_failed') ||
    (status === 503 && code === 'tweet_source_limited')
  );
}

function describeOutcome({ status, code, retryAfter }: Outcome): string {
  const named = code === undefined ? `${status}` : `${status} ${code}`;
  return code === 'tweet_source_limited' && retryAfter
    ? `${named}, Retry-After ${retryAfter}`
    : named;
}
