/** Functions of CloudWatch's metric math that our expressions use, and the numbers of their arguments. */
const FUNCTIONS: Readonly<Record<string, readonly number[]>> = {
  FILL: [2],
  IF: [2, 3],
  MAX: [1],
  MIN: [1],
  SUM: [1],
  SEARCH: [3],
};

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?)|('[^']*')|([A-Za-z]\w*)|(>=|<=|==|!=|&&|\|\||[-+*/()[\],<>]))/y;
const OPERATORS = new Set(['+', '-', '*', '/', '>', '<', '>=', '<=', '==', '!=', '&&', '||']);

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const [, number, quoted, name, sign] = TOKEN.exec(expression) ?? [];
    const token = number ?? quoted ?? name ?? sign;
    if (token === undefined) throw new Error(`unknown sign at ${at} in ${expression}`);
    tokens.push(token);
  }
  return tokens;
}

/**
 * Parses an expression of metric math, whose precedence does not matter here, and returns the ids
 * of metrics that it names.
 *
 * @throws Error for what CloudWatch would refuse
 */
export function metricMathIds(expression: string): Set<string> {
  const tokens = tokensOf(expression);
  const ids = new Set<string>();
  let at = 0;
  const fail = (wanted: string): never => {
    throw new Error(`${wanted} expected at token ${at}, "${tokens[at]}", of ${expression}`);
  };
  const take = (sign: string) => (tokens[at] === sign ? at++ : fail(sign));
  const listUntil = (end: string): number => {
    let count = 1;
    parse();
    while (tokens[at] === ',') {
      at++;
      parse();
      count++;
    }
    take(end);
    return count;
  };
  function call(name: string): void {
    const counts = FUNCTIONS[name] ?? fail('a known function');
    if (!counts.includes(listUntil(')'))) fail(`${counts.join(' or ')} arguments`);
  }
  function operand(): void {
    const token = tokens[at++] ?? fail('an operand');
    if (token === '-') operand();
    else if (token === '[') listUntil(']');
    else if (token === '(') {
      if (listUntil(')') > 1) fail('one expression');
    } else if (/^[A-Za-z]/.test(token)) {
      if (tokens[at] !== '(') ids.add(token);
      else {
        at++;
        call(token);
      }
    } else if (!/^[\d']/.test(token)) fail('an operand');
  }
  function parse(): void {
    operand();
    while (OPERATORS.has(tokens[at] ?? '')) {
      at++;
      operand();
    }
  }
  parse();
  if (at < tokens.length) fail('the end');
  return ids;
}
