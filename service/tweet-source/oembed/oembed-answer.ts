import { Type } from 'typebox';
import { Check } from 'typebox/value';
import type { TweetLookup } from '../../application/ports/tweet-source.ts';
import { USERNAME } from '../../contract/forms.ts';
import { TweetSourceFailedError } from '../../domain/errors.ts';
import { hasTime, snowflakeTimeMs } from '../../domain/snowflake.ts';
import { extractTopics, normalizeTopics } from '../../domain/topics.ts';
import type { TweetId } from '../../domain/tweet.ts';
import { parseTweetUrl } from '../../domain/tweet-url.ts';
import { oembedDayMs } from './oembed-day.ts';
import { textFromOembed } from './oembed-text.ts';
import { parseJson } from './parse-json.ts';

const AUTHOR_URL = new RegExp(`^https://[^/]+/(${USERNAME})$`);

const Oembed = Type.Object({
  url: Type.String(),
  html: Type.String(),
  author_url: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

/** Null unless the body is an oEmbed answer with a text; failed if it is about another tweet. */
export function foundIn(id: TweetId, body: string): TweetLookup | null {
  const oembed = parseJson(body);
  if (!Check(Oembed, oembed)) return null;
  const answeredId = tweetIdIn(oembed.url);
  if (answeredId === null) return null;
  if (answeredId !== id) return { status: 'failed', error: anotherTweet(answeredId) };
  const found = textFromOembed(oembed.html);
  if (found === null) return null;
  const { text, language, lastLink } = found;
  const dayMs = hasTime(id) ? null : oembedDayMs(lastLink);
  return {
    status: 'found',
    tweet: {
      id,
      text,
      authorId: null,
      authorUsername: AUTHOR_URL.exec(oembed.author_url ?? '')?.[1] ?? null,
      createdAtMs: dayMs ?? snowflakeTimeMs(id),
      topics: normalizeTopics(extractTopics(text)),
      language,
      editableUntilMs: null,
    },
  };
}

function tweetIdIn(url: string): TweetId | null {
  try {
    return parseTweetUrl(url);
  } catch {
    return null;
  }
}

/** The text of another tweet must not be stored under the id that was asked for. */
function anotherTweet(id: TweetId): TweetSourceFailedError {
  return new TweetSourceFailedError(
    `The oEmbed endpoint answered with another tweet, ${id}; ask for that one by its own URL.`,
  );
}
