import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import type { AdminClient } from '../shared/admin-client.ts';
import { CliError } from '../shared/cli-error.ts';

const PATH = '/v1/admin/features/tweets';

const Listing = Type.Object({
  tweetIds: Type.Array(Type.String({ pattern: '^[0-9]{1,19}$' })),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});

/** Some of the tweets that a service stores something of. @throws CliError */
export async function listTweets(
  service: AdminClient,
  cursor: string,
): Promise<Static<typeof Listing>> {
  const answer = await service.call('GET', `${PATH}?cursor=${encodeURIComponent(cursor)}`);
  if (Check(Listing, answer)) return answer;
  throw new CliError('The service listed its tweets in a form that is not known here.');
}

/** Removes all that is stored of a tweet. @throws CliError when that is not certain. */
export async function purgeTweet(service: AdminClient, id: string): Promise<void> {
  await service.call('DELETE', `${PATH}/${id}`);
}
