/**
 * Command that reads `@user` or a topic from X; null for a user's id. The subject may come from a
 * link, so it is quoted: a shell must not run any part of it.
 */
export function populateCommand(subject: string): string | null {
  if (subject.startsWith('id:')) return null;
  const [option, value] = subject.startsWith('@')
    ? ['--user', subject.slice(1)]
    : ['--topic', subject];
  return `npx tss populate ${option} ${shellQuoted(value)}`;
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
