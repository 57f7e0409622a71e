import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { AdminClient } from '../clients/admin-client.ts';
import { confirm } from '../kit/confirm.ts';
import { counted } from '../kit/counted.ts';
import { CliError } from '../kit/errors.ts';

export interface PurgeOptions {
  readonly url: string;
  /** True: no question is asked. */
  readonly isSure: boolean;
}

const Answer = Type.Object({
  /** Null: the name of a user is unknown. Absent for tweets. */
  userId: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  removed: Type.Object({ rows: Type.Integer(), contributions: Type.Integer() }),
});

export type Purged = Static<typeof Answer>;

/** Purges one tweet or user. @throws CliError unless the service confirms it */
export type PurgeCall = (path: `tweets/${string}` | `users/${string}`) => Promise<Purged>;

/**
 * Asks whether to purge, and returns the call that does.
 *
 * @param what is to be purged, such as "3 tweets"
 * @throws CliError when the answer is no, or the token is missing
 */
export async function confirmedPurge(
  what: string,
  { url, isSure }: PurgeOptions,
  signal: AbortSignal,
  announce: (message: string) => void,
): Promise<PurgeCall> {
  const service = AdminClient.fromEnvironment({ url, announce, signal });
  if (!isSure) await confirm(`Purge ${what} at ${url}? This cannot be undone.`, signal);
  return async (path) => {
    const answer = await service.call('DELETE', `/v1/admin/features/${path}`);
    if (Check(Answer, answer)) return answer;
    throw new CliError('The service answered a purge in an unknown format.');
  };
}

/** `2 rows and 5 contributions` */
export function removedWords({ rows, contributions }: Purged['removed']): string {
  return `${counted(rows, 'row')} and ${counted(contributions, 'contribution')}`;
}
