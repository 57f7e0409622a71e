import type { AlarmSpec } from '../../lib/monitoring/alarm.ts';
import { parseMetricMath } from './metric-math.ts';

/** Values of metrics by their names in one period, as far as there are any. */
export type Measured = Readonly<Record<string, number | undefined>>;

/**
 * The state of an alarm of the kind "above the threshold in M of N periods" whose missing data does
 * not alarm.
 *
 * @param periods oldest first, as many as the alarm looks at
 */
export function stateOf(
  { metric, threshold, comparison, periods: size, readings = size, missing }: AlarmSpec,
  periods: readonly Measured[],
): 'ALARM' | 'OK' {
  if (comparison !== undefined || missing !== undefined) {
    throw new Error('only alarms above a threshold that ignore missing data are evaluated');
  }
  if (periods.length !== size) throw new Error(`the alarm looks at ${size} periods`);
  const { mathExpression, metricStat } = metric.toMetricConfig();
  const valueIn = (measured: Measured): number | null => {
    if (metricStat) return measured[metricStat.metricName] ?? null;
    if (!mathExpression) throw new Error('the alarm has neither a metric nor an expression');
    const inputs = Object.entries(mathExpression.usingMetrics).map(([id, input]) => {
      const name = input.toMetricConfig().metricStat?.metricName ?? '';
      return [id, measured[name] ?? null] as const;
    });
    return parseMetricMath(mathExpression.expression).valueIn(Object.fromEntries(inputs));
  };
  const above = periods.map(valueIn).filter((value) => value !== null && value > threshold);
  return above.length >= readings ? 'ALARM' : 'OK';
}
