import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import type { AdminClient } from '../clients/admin-client.ts';
import { CliError } from '../kit/errors.ts';

const PATH = '/v1/admin/features/tweets';

const Listing = Type.Object({
  tweetIds: Type.Array(Type.String({ pattern: '^[0-9]{1,19}$' })),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});

/** One page of the tweets that a service has stored. @throws CliError */
export async function listTweets(
  service: AdminClient,
  cursor: string,
): Promise<Static<typeof Listing>> {
  const answer = await service.call('GET', `${PATH}?cursor=${encodeURIComponent(cursor)}`);
  if (Check(Listing, answer)) return answer;
  throw new CliError('The service listed its tweets in an unknown format.');
}

/** Removes all stored data of a tweet. @throws CliError unless the service confirms it. */
export async function purgeTweet(service: AdminClient, id: string): Promise<void> {
  await service.call('DELETE', `${PATH}/${id}`);
}
