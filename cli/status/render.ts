import { tableLines } from '../kit/table.ts';
import type { Series } from './figures.ts';
import type { Deployment } from './read-deployment.ts';
import type { FigureStatus, Status } from './read-status.ts';
import type { TaskCounts } from './read-tasks.ts';

const BARS = [...'▁▂▃▄▅▆▇█'];
/** Shown for a period without data. */
const GAP = '·';

/** A line of bars, the highest value as the highest bar; nothing but zeros is flat. */
export function sparkline(series: Series): string {
  const most = Math.max(0, ...series.filter((value) => value !== null));
  return series
    .map((value) => {
      if (value === null) return GAP;
      const height = most === 0 ? 0 : Math.round((Math.max(0, value) / most) * (BARS.length - 1));
      return BARS[height];
    })
    .join('');
}

/** The status as text for a terminal of 80 columns. */
export function renderStatus(
  status: Status & {
    readonly deployment: Deployment & { readonly differences?: readonly string[] };
  },
): string {
  const rows = [
    ['', 'now', 'window', ''],
    ...status.figures.map((figure) => [
      figure.name,
      amount(figure.latest, figure.unit),
      figure.overall === null
        ? '-'
        : `${amount(figure.overall, figure.unit)} ${WORDS[figure.over]}`,
      sparkline(figure.series),
    ]),
  ];
  const firing = status.alarms.filter(({ state }) => state === 'ALARM');
  const count = (state: string) => status.alarms.filter((alarm) => alarm.state === state).length;
  return [
    `${status.stage}, ${minute(status.from)} to ${minute(status.to)} UTC, one bar for ${status.periodSeconds / 60} min`,
    '',
    ...tableLines(rows, 'lrrl'),
    '',
    ...deploymentLines(status.deployment),
    ...probeLines(status.stage, status.deployment),
    ...differenceLines(status.stage, status.deployment.differences),
    `Alarms: ${firing.length} firing, ${count('OK')} well, ${count('INSUFFICIENT_DATA')} without data`,
    ...firing.flatMap(({ name, since, description }) => [
      `  ${name}, since ${since === null ? 'unknown' : `${minute(since)} UTC`}`,
      ...wrapped(description, '    '),
    ]),
    '',
  ].join('\n');
}

function deploymentLines({ weights, tasks, values, unknown }: Deployment): string[] {
  return [
    ...(weights === null
      ? wrapped(`Serving: unknown, ${unknown ?? 'no weights'}`, '')
      : [`Serving: blue ${weights.blue} %, green ${weights.green} %`]),
    ...wrapped(`Tasks: ${typeof tasks === 'string' ? `unknown, ${tasks}` : taskWords(tasks)}`, ''),
    ...(values === null ? [] : wrapped(`Deployed with: ${values.replaceAll(',"', ', "')}`, '')),
  ];
}

/** `2 running of 2, autoscaling from 2 to 10`, and what was deployed where it differs. */
function taskWords({ running, desired, minimum, maximum, deployed }: TaskCounts): string {
  const words = `${running} running of ${desired}, autoscaling from ${minimum} to ${maximum}`;
  const isChanged =
    deployed !== null && (deployed.minimum !== minimum || deployed.maximum !== maximum);
  return isChanged
    ? `${words}; deployed with ${deployed.minimum} to ${deployed.maximum}, changed since by hand`
    : words;
}

function probeLines(stage: string, { probe }: Deployment): string[] {
  return probe === 'off'
    ? wrapped(`Probe: off; write "probe": true into stages/${stage}.json and deploy`, '')
    : [];
}

function differenceLines(stage: string, differences: readonly string[] = []): string[] {
  if (differences.length === 0) return [];
  return [
    `A deployment of stages/${stage}.json would change:`,
    ...differences.flatMap((difference) => wrapped(difference, '  ')),
  ];
}

const COLUMNS = 80;
const WORDS = { sum: 'total', highest: 'max', mean: 'mean', ratio: 'overall' };
/** From here on numbers are shortened: 1.2M. */
const LONG = 1e6;

function amount(value: number | null, unit: FigureStatus['unit']): string {
  if (value === null) return '-';
  const digits = unit === 'index' ? 2 : unit === '%' || (unit === 'ms' && value < 10) ? 1 : 0;
  // Half a unit below, it would be rounded up to that many digits.
  const number =
    value >= LONG - 0.5
      ? value.toLocaleString('en', { notation: 'compact', maximumFractionDigits: 1 })
      : value.toLocaleString('en', {
          minimumFractionDigits: digits,
          maximumFractionDigits: digits,
        });
  return ['count', 'tasks', 'index'].includes(unit) ? number : `${number} ${unit}`;
}

/** 2026-11-25 02:11, of a time in ISO 8601. */
function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

/** Lines that end between words. A word that is longer than a line, such as an address, stays whole. */
function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line !== indent && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line];
}
