type ParseWithSource = (
  json: string,
  revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;

/**
 * The value of JSON, in which integers that a number would round are text of all their digits.
 *
 * @throws SyntaxError when it is not JSON
 */
export function parseExactly(json: string): unknown {
  return (JSON.parse as ParseWithSource)(json, (_key, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? '')
      ? source
      : value,
  );
}
