/** Forms of identifiers, as parts of patterns. */

/** An id of X: up to 19 digits without a leading zero. */
export const ID = '[1-9][0-9]{0,18}';

/** A handle. X gives up to 15 characters; some old ones have more. */
export const USERNAME = '[A-Za-z0-9_]{1,50}';

/** The revision of a model: the first digits of a hash. */
export const REVISION = '[0-9a-f]{12}';

export const isId = checkOf(ID);
export const isUsername = checkOf(USERNAME);
export const isRevision = checkOf(REVISION);

function checkOf(form: string): (text: string) => boolean {
  const pattern = new RegExp(`^${form}$`);
  return (text) => pattern.test(text);
}
