/** Deepest field that is read: `data[].note_tweet.entities.hashtags[].tag` of an answer. */
const MAX_DEPTH = 8;

/**
 * A copy of a JSON value without null members and entries: proxies and serializers write null for
 * a field that X leaves out. Members nested deeper than X's fields are kept as they are.
 */
export function withoutNulls(value: unknown, depth = MAX_DEPTH): unknown {
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) {
    return value.filter((entry) => entry !== null).map((entry) => withoutNulls(entry, depth - 1));
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member, depth - 1)]),
  );
}
