/** `1 tweet`, `2 tweets`. @param plural only where it is not the singular with an s */
export function counted(count: number, singular: string, plural?: string): string {
  return `${count} ${nounFor(count, singular, plural)}`;
}

/** The noun alone, behind a number that is formatted. */
export function nounFor(count: number, singular: string, plural = `${singular}s`): string {
  return count === 1 ? singular : plural;
}
