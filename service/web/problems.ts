/** Wording of the service's problems on the page; nothing here touches the document. */
import type { ErrorCode } from '../contract/error-codes.ts';

/** Codes of the page itself, for a service that gave no problem document. */
export type PageCode = ErrorCode | 'unreachable' | 'unknown';

export interface Advice {
  readonly message: string;
  /** True if the same question may be answered later. */
  readonly canRetry: boolean;
}

const final = (message: string): Advice => ({ message, canRetry: false });
const later = (message: string): Advice => ({ message, canRetry: true });

const PASTE = 'Paste the text of the tweet instead';
const ADDRESS = 'The address of a tweet looks like https://x.com/name/status/123.';

const ADVICE: Readonly<Partial<Record<PageCode, Advice>>> = {
  unreachable: later('The service cannot be reached. Is it still running?'),
  unknown: later('The service gave no usable answer.'),
  internal: later('The service failed. Its log has the reason.'),
  model_failed: final('The model cannot score this text.'),
  overloaded: later('The service is busy right now.'),
  shutting_down: later('The service is restarting.'),
  rate_limited: later('Too many requests in a short time. Wait a minute.'),
  feature_store_unavailable: later('The stored figures cannot be read right now.'),
  tweet_source_failed: later(`X could not be reached from here. ${PASTE}, or try again later.`),
  tweet_source_limited: later(`X currently accepts no more requests from this service. ${PASTE}.`),
  tweet_not_found: final('This tweet does not exist, or was deleted.'),
  tweet_protected: final('This tweet belongs to a protected account.'),
  tweet_withheld: final('X withholds this tweet.'),
  unsupported_host: final(`Only tweets of x.com and twitter.com can be read. ${ADDRESS}`),
  invalid_tweet_url: final(`This is not the address of a tweet. ${ADDRESS}`),
  invalid_tweet_id: final(`This address names no tweet. ${ADDRESS}`),
  url_too_long: final(`This address is too long. ${ADDRESS}`),
  text_too_long: final('This text is too long. Shorten it.'),
  body_too_large: final('This text is too long. Shorten it.'),
  empty_text: final('The text has nothing to score. Type some words.'),
  not_explainable: final('Words are explained in texts of up to 64 words and 2,000 characters.'),
};

/** @param detail of the problem document, shown for codes without advice here */
export function adviceOn(code: string, detail: string): Advice {
  return Object.entries(ADVICE).find(([known]) => known === code)?.[1] ?? final(detail);
}
