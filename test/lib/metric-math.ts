/** Values of metrics in one period by their ids; null: no data. */
export type Period = Readonly<Record<string, number | null>>;
type Value = number | null;
type Term = (metrics: Period) => Value;

export interface MetricMath {
  /** Ids of the metrics that the expression names. */
  readonly ids: ReadonlySet<string>;
  /** The expression's value in one period; null: no data. */
  readonly valueIn: (metrics: Period) => Value;
}

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?)|('[^']*')|([A-Za-z]\w*)|(>=|<=|==|!=|&&|\|\||[-+*/()[\],<>]))/y;

/** Operators from the loosest to the tightest; a missing operand makes the result missing. */
const OPERATORS: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { '||': (a, b) => Number(a !== 0 || b !== 0) },
  { '&&': (a, b) => Number(a !== 0 && b !== 0) },
  {
    '>': (a, b) => Number(a > b),
    '<': (a, b) => Number(a < b),
    '>=': (a, b) => Number(a >= b),
    '<=': (a, b) => Number(a <= b),
    '==': (a, b) => Number(a === b),
    '!=': (a, b) => Number(a !== b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b },
];

/** Applies a function to the values of a list, without missing ones. */
const overPresent =
  (reduce: (values: number[]) => number) =>
  ([list = []]: Value[][]): Value => {
    const present = list.filter((value) => value !== null);
    return present.length === 0 ? null : reduce(present);
  };

/** Functions that our expressions use: the numbers of their arguments, and what they compute. */
const FUNCTIONS: Readonly<
  Record<string, { readonly counts: readonly number[]; readonly call: (args: Value[][]) => Value }>
> = {
  FILL: { counts: [2], call: ([[value = null] = [], [filling = null] = []]) => value ?? filling },
  IF: {
    counts: [2, 3],
    call: ([[condition = null] = [], [yes = null] = [], [no = null] = []]) =>
      condition === null ? null : condition === 0 ? no : yes,
  },
  MAX: { counts: [1], call: overPresent((values) => Math.max(...values)) },
  MIN: { counts: [1], call: overPresent((values) => Math.min(...values)) },
  SUM: { counts: [1], call: overPresent((values) => values.reduce((a, b) => a + b, 0)) },
  // Finds metrics by name, which no test here evaluates.
  SEARCH: { counts: [3], call: () => null },
};

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
 * Parses an expression of CloudWatch's metric math.
 *
 * @throws Error for what CloudWatch would refuse
 */
export function parseMetricMath(expression: string): MetricMath {
  const tokens = tokensOf(expression);
  const ids = new Set<string>();
  let at = 0;
  const fail = (wanted: string): never => {
    throw new Error(`${wanted} expected at token ${at}, "${tokens[at]}", of ${expression}`);
  };
  const take = (sign: string) => (tokens[at] === sign ? at++ : fail(sign));
  /** Arguments up to a sign, each a list: one value unless written in brackets. */
  const listUntil = (end: string): ((metrics: Period) => Value[])[] => {
    const list = [argument()];
    while (tokens[at] === ',') {
      at++;
      list.push(argument());
    }
    take(end);
    return list;
  };
  function argument(): (metrics: Period) => Value[] {
    if (tokens[at] === '[') {
      at++;
      const list = listUntil(']');
      return (metrics) => list.flatMap((one) => one(metrics));
    }
    const value = operation(0);
    return (metrics) => [value(metrics)];
  }
  function call(name: string): Term {
    const known = FUNCTIONS[name] ?? fail('a known function');
    const list = listUntil(')');
    if (!known.counts.includes(list.length)) fail(`${known.counts.join(' or ')} arguments`);
    return (metrics) => known.call(list.map((one) => one(metrics)));
  }
  function operand(): Term {
    const token = tokens[at++] ?? fail('an operand');
    if (token === '-') {
      const value = operand();
      return (metrics) => {
        const positive = value(metrics);
        return positive === null ? null : -positive;
      };
    }
    if (token === '(') {
      const value = operation(0);
      take(')');
      return value;
    }
    if (/^[A-Za-z]/.test(token)) {
      if (tokens[at] === '(') {
        at++;
        return call(token);
      }
      ids.add(token);
      return (metrics) => metrics[token] ?? null;
    }
    if (!/^[\d']/.test(token)) fail('an operand');
    return () => (token.startsWith("'") ? null : Number(token));
  }
  function operation(level: number): Term {
    const operators = OPERATORS[level];
    if (!operators) return operand();
    let left = operation(level + 1);
    for (let apply = operators[tokens[at] ?? '']; apply; apply = operators[tokens[at] ?? '']) {
      at++;
      const [first, then, second] = [left, apply, operation(level + 1)];
      left = (metrics) => {
        const [a, b] = [first(metrics), second(metrics)];
        return a === null || b === null ? null : then(a, b);
      };
    }
    return left;
  }
  const value = operation(0);
  if (at < tokens.length) fail('the end');
  return { ids, valueIn: value };
}
