const DEFAULT_ORIGINS = ['http://127.0.0.1:3000', 'http://localhost:3000'];

/** True for the address that the commands take unless another one is given. */
export function isDefaultOrigin(origin: string): boolean {
  return DEFAULT_ORIGINS.includes(origin);
}

/**
 * Command that reads `@user` or a topic from X; null for a user's id. The subject may come from a
 * link, so it is quoted: a shell must not run any part of it.
 *
 * @param origin of the service
 */
export function populateCommand(subject: string, origin: string): string | null {
  if (subject.startsWith('id:')) return null;
  const [option, value] = subject.startsWith('@')
    ? ['--user', subject.slice(1)]
    : ['--topic', subject];
  const url = isDefaultOrigin(origin) ? '' : ` --url ${shellQuoted(origin)}`;
  return `npx tss populate ${option} ${shellQuoted(value)}${url}`;
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
