interface Statement {
  readonly Effect?: string;
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: string | readonly string[];
}

/** Statements of a policy document. @throws SyntaxError */
export function parsePolicy(policy: string): readonly Statement[] {
  const { Statement: statements = [] }: { Statement?: Statement | readonly Statement[] } =
    JSON.parse(policy);
  return listOf(statements);
}

/** True if a statement allows one of the principals the action, under whatever condition. */
export function allowed(
  statements: readonly Statement[],
  principals: readonly string[],
  action: string,
): boolean {
  return statements.some(
    ({ Effect, Principal = {}, Action = [] }) =>
      Effect === 'Allow' &&
      (Principal === '*' || valuesOf(Principal).some((one) => principals.includes(one))) &&
      listOf(Action).some((pattern) => matches(pattern, action)),
  );
}

function valuesOf(principal: NonNullable<Statement['Principal']>): readonly string[] {
  return typeof principal === 'string' ? [principal] : Object.values(principal).flatMap(listOf);
}

/** IAM's wildcards, without regard to case. */
function matches(pattern: string, action: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(action);
}

function listOf<Value>(value: Value | readonly Value[]): readonly Value[] {
  return Array.isArray(value) ? value : [value as Value];
}
