import { languageOf } from '../../service/domain/language.ts';
import type { XTweet } from '../../service/tweet-source/x-format/tweet.ts';
import type { Batch } from './supply.ts';

/** The tweets of a batch in a language, and those whose language is not told. */
export function inLanguage(batch: Batch, lang: string | undefined): Batch {
  if (lang === undefined) return batch;
  const wanted = [null, languageOf(lang)];
  const isKept = (tweet: XTweet) => wanted.includes(languageOf(tweet.lang));
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
