import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import type { AdminClient } from '../clients/admin-client.ts';
import { CliError } from '../kit/errors.ts';

const PATH = '/v1/admin/features/rebuild';

const Count = Type.Integer({ minimum: 0 });

const Page = Type.Object({
  checked: Count,
  rows: Count,
  contributions: Count,
  usernames: Count,
  entities: Count,
  tooLarge: Count,
  purged: Count,
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});

export type RebuildPage = Static<typeof Page>;

/** Compares one page of a service's aggregates, and repairs it unless it is a dry run. @throws CliError */
export async function rebuildPage(
  service: AdminClient,
  cursor: string,
  isDryRun: boolean,
): Promise<RebuildPage> {
  const query = new URLSearchParams({ cursor, dryRun: String(isDryRun) });
  const answer = await service.call('POST', `${PATH}?${query}`);
  if (Check(Page, answer)) return answer;
  throw new CliError('The service answered a rebuild in an unknown format.');
}
