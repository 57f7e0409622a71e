import { MODEL_KEYS, type ModelKey } from '../model-key.ts';
import { MODEL_TITLES } from './curve-chart.ts';
import type { Published } from './published.ts';
import { formatNumber, markdownTable } from './table.ts';

/** vCPUs of Fargate tasks, one per worker. */
const TASK_VCPUS = [1, 2, 4, 8, 16];
const SECONDS_PER_DAY = 86_400;

interface Rate {
  readonly model: ModelKey;
  /** Predictions per second of one vCPU at capacity. */
  readonly perVcpu: number;
  readonly source: string;
}

/** Expected figures of a Fargate task by its size: derived, not measured there. */
export function expectations(published: Pick<Published, 'runs' | 'scaling'>): string {
  const rates = MODEL_KEYS.flatMap((model) => rateOf(published, model) ?? []);
  if (rates.length === 0) return 'No published result has a rate from which to derive it.\n';
  const head = [
    'vCPU of the task',
    ...rates.flatMap(({ model }) => [
      `${MODEL_TITLES[model]}: predictions/s`,
      'millions a day at half of that',
    ]),
  ];
  const rows = TASK_VCPUS.map((vcpus) => [
    String(vcpus),
    ...rates.flatMap(({ perVcpu }) => {
      const perSecond = perVcpu * vcpus;
      return [formatNumber(perSecond), formatNumber((perSecond / 2) * (SECONDS_PER_DAY / 1e6))];
    }),
  ]);
  const sources = rates.map(
    ({ model, perVcpu, source }) =>
      `- ${MODEL_TITLES[model]}: ${formatNumber(perVcpu)} predictions per second and vCPU, ${source}.`,
  );
  const others = rates.flatMap(({ model, source }) => otherRates(published, model, source));
  return `${[[...sources, ...others].join('\n'), markdownTable(head, rows)].join('\n\n')}\n`;
}

/** Rates of benchmark B1, of the last run first. */
function saturatedRates(runs: Published['runs'], model: ModelKey): Rate[] {
  return runs.toReversed().flatMap(({ name, machine, results }) => {
    const row = results.find((result) => result.id === 'B1' && result.model === model);
    if (row?.kind !== 'measured') return [];
    const perSecond = Number(row.measurement.details['service predictions/s']);
    const source = `from B1 of \`${name}\` on ${machine.vcpus} vCPU ${machine.cpu} (${machine.flags.join(', ')})`;
    return [{ model, perVcpu: perSecond / machine.vcpus, source }];
  });
}

/** Lines of the other runs, on other CPUs or of other code. */
function otherRates({ runs }: Pick<Published, 'runs'>, model: ModelKey, shown: string): string[] {
  const rates = saturatedRates(runs, model).filter(({ source }) => source !== shown);
  return rates.map(
    ({ perVcpu, source }) =>
      `- not in the table: ${MODEL_TITLES[model]}: ${formatNumber(perVcpu)}, ${source}.`,
  );
}

/** Rate of the saturated service: from benchmark B1, else a soak test, else by its workers. */
function rateOf(
  { runs, scaling }: Pick<Published, 'runs' | 'scaling'>,
  model: ModelKey,
): Rate | null {
  const [saturated] = saturatedRates(runs, model);
  if (saturated) return saturated;
  for (const { name, machine, soaks } of runs.toReversed()) {
    const capacity = soaks[model]?.details['capacity/s'];
    if (capacity === undefined) continue;
    const source = `the capacity before the overload of \`${name}\` on ${machine.vcpus} vCPU ${machine.cpu}`;
    return { model, perVcpu: capacity / machine.vcpus, source };
  }
  const point = scaling?.models[model]?.workers?.at(-1);
  if (!scaling || !point) return null;
  const { name, machine } = scaling;
  const source = `from \`${name}\` on ${machine.vcpus} vCPU ${machine.cpu}`;
  return { model, perVcpu: point.summary.median / machine.vcpus, source };
}
