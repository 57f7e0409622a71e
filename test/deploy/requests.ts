import type { FrontDoor } from './front-door.ts';

/** @returns whether a bundled tweet was in the store: hit, miss or unavailable */
export async function readTweet(door: FrontDoor, tweetId: string): Promise<string> {
  const tweetUrl = `https://x.com/i/status/${tweetId}`;
  const response = await fetch(`${door.url}/v1/inference?tweetUrl=${tweetUrl}`);
  if (response.status !== 200) throw new Error(`status ${response.status} for ${tweetUrl}`);
  return ((await response.json()) as { featureStore: string }).featureStore;
}

/** Asks for the sentiment of a text. */
export function post(door: FrontDoor): Promise<Response> {
  return fetch(`${door.url}/v1/inference`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ texts: ['I love this phone'] }),
  });
}

/** @throws Error unless the text is answered */
export async function ask(door: FrontDoor) {
  const response = await post(door);
  const body = await response.text();
  if (response.status !== 200) throw new Error(`status ${response.status}: ${body}`);
  const answer = JSON.parse(body) as {
    readonly model: { readonly revision: string };
    readonly results: readonly { readonly sentimentAnalyst: string }[];
  };
  return { answer, headers: response.headers };
}
