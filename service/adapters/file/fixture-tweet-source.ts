import { readFileSync } from 'node:fs';
import { type Static, Type } from 'typebox';
import { Check, Errors } from 'typebox/value';
import type { TweetLookup, TweetSource } from '../../domain/ports/tweet-source.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { isTweetId } from '../../domain/tweet-url.ts';
import { XError } from '../../domain/x-error.ts';
import { outcomesFromX, parseXLookup } from '../../domain/x-lookup.ts';
import { XIncludes, XTweet } from '../../domain/x-tweet.ts';
import { StartupError } from '../../errors.ts';
import exampleTweets from './example-tweets.json' with { type: 'json' };

/** What `GET /2/tweets` answers, strictly. */
const Fixture = Type.Object({
  data: Type.Optional(Type.Array(XTweet)),
  includes: Type.Optional(XIncludes),
  errors: Type.Optional(Type.Array(XError)),
});
type Fixture = Static<typeof Fixture>;

/** Faults of a file that are worth printing. */
const MAX_FAULTS = 5;

/** Answers from a file of X API v2 answers, for tests and demos; knows nothing else. */
export class FixtureTweetSource implements TweetSource {
  readonly name = 'fixture';
  readonly #lookups = new Map<TweetId, TweetLookup>();

  /**
   * Reads the file whole; without a path, the bundled example of invented tweets.
   *
   * @throws StartupError naming the path and what is wrong with the file.
   */
  constructor({ path }: { readonly path?: string | undefined } = {}) {
    const file = path ?? 'the bundled example';
    const fixture = path === undefined ? exampleTweets : readFixture(path);
    const faults = Check(Fixture, fixture) ? this.#load(fixture) : shapeFaults(fixture);
    if (faults.length > 0) {
      throw new StartupError(
        `TWEET_FIXTURE ${file} is no answer of X API v2 ({data, includes?, errors?}): ` +
          `${faults.slice(0, MAX_FAULTS).join('; ')}.`,
      );
    }
  }

  async lookup(ids: readonly TweetId[]): Promise<TweetLookup[]> {
    return ids.map((id) => this.#lookups.get(id) ?? { status: 'not_found' });
  }

  #load(fixture: Fixture): string[] {
    const { data = [], errors = [] } = fixture;
    const ids = [
      ...data.map(({ id }) => id),
      ...errors.map(({ resource_id, value }) => resource_id ?? value ?? 'none'),
    ];
    if (ids.length === 0) return ['it holds no tweets'];
    const wrong = ids.filter((id) => !isTweetId(id));
    if (wrong.length > 0) return wrong.map((id) => `${id} is no tweet id`);
    const faults: string[] = [];
    outcomesFromX(parseXLookup(fixture), ids).forEach((outcome, index) => {
      const id = ids[index] ?? '';
      if (outcome.status === 'limited' || outcome.status === 'failed') {
        faults.push(`the error about ${id} does not say that the tweet is unavailable`);
      } else {
        this.#lookups.set(id, outcome);
      }
    });
    return faults;
  }
}

function readFixture(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new StartupError(`TWEET_FIXTURE ${path} cannot be read: ${codeOf(cause)}.`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the file, which holds texts.
    throw new StartupError(`TWEET_FIXTURE ${path} is not valid JSON.`);
  }
}

function shapeFaults(fixture: unknown): string[] {
  return Errors(Fixture, fixture).map(
    ({ instancePath, message }) => `${instancePath || 'the file'} ${message}`,
  );
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error && 'code' in error ? String(error.code) : String(error);
}
