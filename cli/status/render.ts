import type { Series } from './figures.ts';
import type { FigureStatus, Status } from './read-status.ts';

const BARS = [...'▁▂▃▄▅▆▇█'];
/** Where there is no data. */
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

/** The status as text for a terminal. */
export function renderStatus(status: Status): string {
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
    `${status.stage}, ${status.from} to ${status.to}, one bar for ${status.periodSeconds / 60} min`,
    '',
    ...table(rows),
    '',
    `Alarms: ${firing.length} firing, ${count('OK')} well, ${count('INSUFFICIENT_DATA')} without data`,
    ...firing.map(
      ({ name, since, description }) => `  ${name}, since ${since ?? 'unknown'}: ${description}`,
    ),
    '',
  ].join('\n');
}

const WORDS = { sum: 'in all', highest: 'at most', mean: 'on average', ratio: 'of all' };

function amount(value: number | null, unit: FigureStatus['unit']): string {
  if (value === null) return '-';
  const digits = unit === 'index' ? 2 : unit === '%' || (unit === 'ms' && value < 10) ? 1 : 0;
  const number = value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return ['count', 'tasks', 'index'].includes(unit) ? number : `${number} ${unit}`;
}

/** Columns as wide as their widest cell; numbers to the right, names and bars to the left. */
function table(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map(([name = '', now = '', overall = '', bars = '']) =>
    [name.padEnd(width(0)), now.padStart(width(1)), overall.padStart(width(2)), bars]
      .join('  ')
      .trimEnd(),
  );
}
