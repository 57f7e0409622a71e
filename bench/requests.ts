import { renderRequest } from './load/http-connection.ts';
import type { BenchText } from './texts.ts';

/** One request a text, as the service takes it. */
export function textRequests(texts: readonly BenchText[]): Buffer[] {
  return texts.map(({ text }) => renderRequest('POST', '/v1/inference', { texts: [text] }));
}

export function tweetRequest(url: string): Buffer {
  return renderRequest('GET', `/v1/inference?tweetUrl=${encodeURIComponent(url)}`);
}
