import { describe, expect, it } from '@jest/globals';
import { releaseAlarms } from '../../lib/monitoring/release-alarms.ts';
import { requestAlarms } from '../../lib/monitoring/request-alarms.ts';
import { readStageConfig } from '../../lib/stage-config.ts';
import { METRICS } from '../../service/contract/metrics.ts';
import { type Period, parseMetricMath } from './metric-math.ts';
import { allOf, CONTEXT, synthesize } from './synthesize.ts';

interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: object;
}
interface Alarm {
  readonly AlarmName: string;
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly Metrics?: readonly MetricQuery[];
}

const ALARMS = (['dev', 'prod'] as const).flatMap((stage) =>
  allOf(
    synthesize({ ...CONTEXT[stage], offlineStore: 'true', bulk: 'true', probe: true }),
    'AWS::CloudWatch::Alarm',
  ).map(({ Properties }) => Properties as Alarm),
);
const isQuery = (expression: string) => expression.startsWith('SELECT ');
const expressions = ALARMS.flatMap(({ AlarmName, Metrics = [] }) =>
  Metrics.flatMap(({ Expression }) =>
    Expression === undefined ? [] : [{ AlarmName, Expression, Metrics }],
  ),
);

describe('the expressions of alarms', () => {
  it('are metric math that names the metrics of the alarm, each of them', () => {
    const math = expressions.filter(({ Expression }) => !isQuery(Expression));
    expect(math.length).toBeGreaterThan(10);
    for (const { AlarmName, Expression, Metrics } of math) {
      const given = Metrics.filter((one) => one.Expression !== Expression).map(({ Id }) => Id);
      expect([AlarmName, [...parseMetricMath(Expression).ids].toSorted()]).toEqual([
        AlarmName,
        given.toSorted(),
      ]);
    }
  });

  // Some are reserved words: CloudWatch refuses an alarm with a bare Operation.
  it('are queries of Metrics Insights that quote a metric and dimensions of the contract', () => {
    const queries = expressions.filter(({ Expression }) => isQuery(Expression));
    expect(queries.length).toBeGreaterThan(0);
    for (const { Expression } of queries) {
      const [, metric = '', schema = ''] =
        /^SELECT SUM\("(\w+)"\) FROM SCHEMA\(("\w+"(?:, "\w+")+)\) WHERE "Service" = '[a-z0-9-]+'$/.exec(
          Expression,
        ) ?? [];
      const { dimension } = METRICS[metric as 'FeatureStoreErrors'];
      expect(schema.replaceAll('"', '').split(', ').slice(1).toSorted()).toEqual(
        ['Service', dimension].toSorted(),
      );
    }
  });

  it('fill the gaps of each part of a sum, as a sum with a gap has no value', () => {
    const sums = expressions.filter(({ Expression }) => /\+/.test(Expression));
    expect(sums.length).toBeGreaterThan(1);
    for (const { AlarmName, Expression } of sums) {
      const bare = Expression.split('+').filter((part) => !/^[\s(]*FILL\(\w+, 0\)/.test(part));
      expect([AlarmName, bare]).toEqual([AlarmName, []]);
    }
  });

  it('do not fill gaps where an alarm looks for too little and needs every reading', () => {
    // The newest reading is often late: filled, it would look like an outage.
    const low = ALARMS.filter(({ ComparisonOperator }) => /^LessThan/.test(ComparisonOperator));
    expect(low.length).toBeGreaterThan(0);
    const filled = low.filter(
      ({ Metrics = [], EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods }) =>
        DatapointsToAlarm === EvaluationPeriods &&
        Metrics.some(({ Expression }) => Expression?.includes('FILL(')),
    );
    expect(filled.map(({ AlarmName }) => AlarmName)).toEqual([]);
  });
});

describe('the alarms on slow requests', () => {
  const NAMES = {
    loadBalancer: 'app/any/1',
    targetGroups: { blue: 'targetgroup/blue/1', green: 'targetgroup/green/1' },
    cluster: 'any',
    service: 'any',
    logGroup: 'any',
    webFirewall: undefined,
    storeNodes: ['any-001'],
    bulkStateMachine: undefined,
    predictions: undefined,
    probe: undefined,
  };

  it.each([
    [undefined, 2_000],
    [5_000, 5_000],
    [100, 2_000],
  ])('begin at a deadline of %p at %d ms', (deadlineMs, slowMs) => {
    const environment = deadlineMs === undefined ? {} : { SINGLE_DEADLINE_MS: String(deadlineMs) };
    const config = readStageConfig({
      ...CONTEXT.prod,
      environment: JSON.stringify(environment),
    });
    const specs = [...requestAlarms(config, NAMES), ...releaseAlarms(config, 'any', NAMES)];
    const thresholds = specs
      .filter(({ name }) => name.endsWith('latency'))
      .map(({ name, threshold }) => [name, threshold]);
    expect(Object.fromEntries(thresholds)).toEqual({
      latency: slowMs,
      'blue-latency': slowMs / 1_000,
      'green-latency': slowMs / 1_000,
      'revision-latency': slowMs,
    });
  });
});

describe('the metrics of the service that count failures', () => {
  const SEEN_OTHERWISE: Readonly<Record<string, string>> = {
    ServerErrors: 'OwnFailures, and RequestFailures by the codes of X, count them apart',
    PredictionLogErrors: 'repeated; what is lost counts as PredictionLogDroppedRecords',
    LogDroppedLines: 'only lines of the log; the dashboard shows them',
  };

  it('are each watched by an alarm, or seen otherwise', () => {
    const watched = JSON.stringify(ALARMS);
    const failures = Object.keys(METRICS).filter((name) =>
      /Failures|Errors|Dropped|Corrupt|Restarts|Shed/.test(name),
    );
    const unwatched = failures.filter((name) => !new RegExp(`\\b${name}\\b`).test(watched));
    expect(failures.length).toBeGreaterThan(8);
    expect(unwatched.toSorted()).toEqual(Object.keys(SEEN_OTHERWISE).toSorted());
  });
});

describe('the parser of metric math', () => {
  it.each([
    'a +',
    '(a',
    'FILL(a)',
    'MAX([a, b]',
    'MEDIANS([a])',
    'a b',
    'a ? b',
    'IF(a > 1, b, c, d)',
  ])('refuses "%s"', (expression) => {
    expect(() => parseMetricMath(expression)).toThrow(expression);
  });

  it('finds the ids of metrics in nested calls', () => {
    const { ids } = parseMetricMath('IF(FILL(a, 0) >= 5, 100 * b / (a + -c), MAX([d, 0.5]))');
    expect([...ids]).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each<[string, Period, number | null]>([
    ['1 + 2 * 3 - 4 / 2', {}, 5],
    ['a - b - c', { a: 9, b: 3, c: 2 }, 4],
    ['a + 1 > 2 && a < 3', { a: 2 }, 1],
    ['a / b', { a: 1, b: null }, null],
    ['IF(FILL(a, 0) >= 5, 100 * a / b, 0)', { a: null, b: 10 }, 0],
    ['IF(FILL(a, 0) >= 5, 100 * a / b, 0)', { a: 5, b: 10 }, 50],
    ['IF(a, 1, 2)', { a: null }, null],
    ['MAX([a, b])', { a: null, b: 2 }, 2],
    ['MIN([a, b])', { a: null, b: null }, null],
    ['SUM([a, b, -1])', { a: 4, b: 2 }, 5],
  ])('computes %s of %j as %p', (expression, metrics, value) => {
    expect(parseMetricMath(expression).valueIn(metrics)).toBe(value);
  });
});
