interface Statement {
  readonly Effect?: string;
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: string | readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

/** Statements of a policy document. @throws SyntaxError */
export function parsePolicy(policy: string): readonly Statement[] {
  const { Statement: statements = [] }: { Statement?: Statement | readonly Statement[] } =
    JSON.parse(policy);
  return listOf(statements);
}

/**
 * True if a statement allows one of the principals the action, and none without a condition denies it.
 *
 * @param logArn value of the conditions on the ARN of a log; undefined: they are not evaluated. No
 *     other condition is.
 */
export function allowed(
  statements: readonly Statement[],
  principals: readonly string[],
  action: string,
  logArn?: string,
): boolean {
  const concerned = statements.filter(
    ({ Principal = {}, Action = [] }) =>
      valuesOf(Principal).some((one) => one === '*' || principals.includes(one)) &&
      listOf(Action).some((pattern) => matches(pattern, action)),
  );
  return (
    concerned.some(
      ({ Effect, Condition = {} }) =>
        Effect === 'Allow' && (logArn === undefined || logArnFits(Condition, logArn)),
    ) && !concerned.some(({ Effect, Condition }) => Effect === 'Deny' && Condition === undefined)
  );
}

/** The encryption context names the log by one of these keys. */
const LOG_ARN_KEY = /^kms:EncryptionContext:(aws:logs:arn|SourceArn)$/i;

function logArnFits(condition: NonNullable<Statement['Condition']>, logArn: string): boolean {
  return Object.entries(condition)
    .filter(([operator]) => /^(Arn|String)(Like|Equals)$/i.test(operator))
    .flatMap(([, keys]) => Object.entries(keys))
    .filter(([key]) => LOG_ARN_KEY.test(key))
    .every(([, patterns]) => listOf(patterns).some((pattern) => matches(pattern, logArn)));
}

function valuesOf(principal: NonNullable<Statement['Principal']>): readonly string[] {
  return typeof principal === 'string' ? [principal] : Object.values(principal).flatMap(listOf);
}

/** IAM's wildcards, without regard to case. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(text);
}

function listOf<Value>(value: Value | readonly Value[]): readonly Value[] {
  return Array.isArray(value) ? value : [value as Value];
}
