import type { XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import type { Batch } from './supply.ts';

/** X's code for a language that it could not tell. */
const UNDETERMINED = 'und';

/** The tweets of a batch in a language, and those whose language is not told. */
export function inLanguage(batch: Batch, lang: string | undefined): Batch {
  if (lang === undefined) return batch;
  const isKept = (tweet: XTweet) => [lang, UNDETERMINED].includes(languageOf(tweet) ?? lang);
  const { tweets, places } = batch;
  const kept = tweets.flatMap((tweet, index) =>
    isKept(tweet) ? [{ tweet, place: places?.[index] ?? '' }] : [],
  );
  return {
    ...batch,
    tweets: kept.map(({ tweet }) => tweet),
    ...(places && { places: kept.map(({ place }) => place) }),
  };
}

function languageOf(tweet: XTweet): string | undefined {
  const lang: unknown = Reflect.get(tweet, 'lang');
  return typeof lang === 'string' ? lang : undefined;
}
