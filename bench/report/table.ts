import type { Machine } from '../machine.ts';
import type { ResultRow } from './results-file.ts';

/** Commit, machine and versions of a run, in one line. */
export function describe({ cpu, vcpus, flags, memoryGiB, node, onnxruntime, commit }: Machine) {
  return (
    `${vcpus} vCPU ${cpu} (${flags.join(', ') || 'no known flags'}), ${memoryGiB} GiB, ` +
    `Node ${node}, onnxruntime ${onnxruntime}, commit ${commit}`
  );
}

/** The results of one model as a Markdown table. */
export function formatResults(results: readonly ResultRow[]): string {
  const rows = results.map((result) => {
    const { id, title, better, floor, aim, gate, verdict } = result;
    const sign = better === 'higher' ? '≥' : '≤';
    const measured = result.kind === 'measured';
    const value = measured ? formatNumber(result.summary.median) : '–';
    const spread = measured
      ? `${formatNumber(result.summary.lowest)} – ${formatNumber(result.summary.highest)}`
      : '–';
    const name = gate ? `**${id}** gate` : id;
    const bounds = [`${sign} ${floor}`, `${sign} ${aim}`];
    return [name, title, value, spread, ...bounds, verdict, remark(result)];
  });
  const head = ['', 'measure', 'median', 'spread', 'floor', 'aim', 'verdict', 'behind it'];
  return markdownTable(head, rows);
}

export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The figures behind a ratio, or why there is none. */
function remark(result: ResultRow): string {
  if (result.kind !== 'measured') return result.reason.replaceAll(/\s*\n\s*/g, ' ').slice(0, 300);
  const { details, conditions = [] } = result.measurement;
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
