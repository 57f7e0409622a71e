import { isGate, type Result, verdictOf } from '../benchmark.ts';
import type { Machine } from '../machine.ts';

/** What ran, where, in one line. */
export function describe({ cpu, vcpus, flags, memoryGiB, node, onnxruntime, commit }: Machine) {
  return (
    `${vcpus} vCPU ${cpu} (${flags.join(', ') || 'no known flags'}), ${memoryGiB} GiB, ` +
    `Node ${node}, onnxruntime ${onnxruntime}, commit ${commit}`
  );
}

/** The results of one model as a Markdown table. */
export function formatTable(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const { benchmark, outcome } = result;
    const { id, title, better, floor, aim } = benchmark;
    const sign = better === 'higher' ? '≥' : '≤';
    const measured = outcome.kind === 'measured';
    const value = measured ? formatNumber(outcome.summary.median) : '–';
    const spread = measured
      ? `${formatNumber(outcome.summary.lowest)} – ${formatNumber(outcome.summary.highest)}`
      : '–';
    const name = isGate(result) ? `**${id}** gate` : id;
    const bounds = [`${sign} ${floor}`, `${sign} ${aim}`];
    return [name, title, value, spread, ...bounds, verdictOf(result), remark(result)];
  });
  const head = ['', 'measure', 'median', 'spread', 'floor', 'aim', 'verdict', 'behind it'];
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The figures behind a ratio, or why there is none. */
function remark({ outcome }: Result): string {
  if (outcome.kind !== 'measured') return outcome.reason.replaceAll(/\s*\n\s*/g, ' ').slice(0, 300);
  const { details, conditions = [] } = outcome.measurement;
  const broken = conditions.filter(({ holds }) => !holds).map(({ what }) => `NOT ${what}`);
  const figures = Object.entries(details).map(([name, value]) => {
    return `${name} ${typeof value === 'number' ? formatNumber(value) : value}`;
  });
  return [...broken, ...figures].join('; ');
}

/** Three significant digits, whole from 100 on. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return String(Number(value.toPrecision(3)));
}
