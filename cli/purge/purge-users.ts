import { parseUserReference } from '../../service/domain/user.ts';
import { CliError, UsageError } from '../kit/errors.ts';
import { print, warn } from '../kit/printable.ts';
import { confirmedPurge, type PurgeOptions, removedWords } from './purge-calls.ts';

/** Purges users one after the other. @throws CliError also when the store does not know a name */
export async function purgeUsers(
  given: readonly string[],
  options: PurgeOptions,
  signal: AbortSignal,
): Promise<void> {
  const users = [...new Set(given.map(canonical))];
  const what = users.length > 3 ? `${users.length} users` : users.join(', ');
  const purge = await confirmedPurge(`all tweets of ${what}`, options, signal, warn);
  const unknown: string[] = [];
  for (const user of users) {
    const { userId, removed } = await purge(`users/${encodeURIComponent(user)}`);
    if (userId === null) unknown.push(user);
    else print(`${label(user, userId)}: ${removedWords(removed)} removed.`);
  }
  if (unknown.length === 0) return;
  throw new CliError(
    `The store does not know the name of ${unknown.join(', ')}: an earlier purge removed it, or it never ` +
      'had it. Purge by the numeric id to be sure. Tweets without an author, such as those read by oEmbed, are purged by ' +
      '`tss purge tweets`.',
  );
}

function label(user: string, userId: string | undefined): string {
  return userId === undefined || userId === user ? user : `${user}, id ${userId}`;
}

/** `12` or `@jack`. @throws UsageError */
function canonical(user: string): string {
  try {
    const reference = parseUserReference(user);
    return 'id' in reference ? reference.id : `@${reference.username}`;
  } catch {
    throw new UsageError(
      `a user must be an id of 1 to 19 digits, or @name, got '${user.slice(0, 40)}'`,
    );
  }
}
