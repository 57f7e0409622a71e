import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import type { AdminClient } from '../clients/admin-client.ts';
import { CliError } from '../kit/errors.ts';

const PATH = '/v1/admin/features/rescore';

const Count = Type.Integer({ minimum: 0 });

const Page = Type.Object({
  rescored: Count,
  present: Count,
  withoutText: Count,
  failed: Count,
  model: Type.Object({ revision: Type.String() }),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});

type Page = Static<typeof Page>;

export type RescoredPage = Omit<Page, 'model'>;

/**
 * Cursor of the first page. Later ones are the service's, behind the revision of the model that
 * scored the pages before.
 */
export const FIRST_CURSOR = ':0';

/**
 * Has a service score one page of stored tweets.
 *
 * @throws CliError also when another model scored the pages before: their tweets are outdated
 */
export async function rescorePage(
  service: AdminClient,
  cursor: string,
  isDryRun: boolean,
): Promise<RescoredPage> {
  const [before = '', place = ''] = cursor.split(':');
  const query = new URLSearchParams({ cursor: place, dryRun: String(isDryRun) });
  const answer = await service.call('POST', `${PATH}?${query}`);
  if (!Check(Page, answer)) {
    throw new CliError('The service answered a rescore in an unknown format.');
  }
  const { model, nextCursor, ...counts } = answer;
  if (before !== '' && before !== model.revision) {
    throw new CliError(
      `The model changed from revision ${before} to ${model.revision}. Run the same command with ` +
        '--restart once every task of the service has the same model.',
    );
  }
  return { ...counts, nextCursor: nextCursor === null ? null : `${model.revision}:${nextCursor}` };
}
