import { CHART_WIDTH, line, round, svgDocument, text } from '../../cli/kit/svg.ts';

/** One line of a chart. */
export interface Series {
  readonly name: string;
  /** A class of the style sheet below. */
  readonly style: 'first' | 'second';
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Chart {
  readonly title: string;
  readonly subtitle: string;
  readonly xLabel: string;
  /** Drawn on a logarithmic axis: all values are above 0. */
  readonly yLabel: string;
  readonly series: readonly Series[];
  /** A vertical line, such as the capacity. */
  readonly mark: { readonly x: number; readonly name: string };
}

const HEIGHT = 420;
const LEFT = 70;
const RIGHT = 30;
const TOP = 70;
const BOTTOM = 55;
const X_TICKS = 6;

/** A line chart as a stand-alone SVG document. */
export function drawChart(chart: Chart): string {
  const points = chart.series.flatMap((series) => series.points);
  const xMax = Math.max(...points.map(({ x }) => x), chart.mark.x) * 1.05;
  const decades = decadesAround(points.map(({ y }) => y));
  const x = (value: number) => LEFT + (value / xMax) * (CHART_WIDTH - LEFT - RIGHT);
  const [low, high] = [Math.log10(decades[0] ?? 1), Math.log10(decades.at(-1) ?? 10)];
  const y = (value: number) =>
    HEIGHT - BOTTOM - ((Math.log10(value) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);

  const [left, right, top, bottom] = [LEFT, CHART_WIDTH - RIGHT, TOP, HEIGHT - BOTTOM];
  const parts = [
    `<rect class="paper" width="${CHART_WIDTH}" height="${HEIGHT}"/>`,
    text(left, 26, chart.title, 'title'),
    text(left, 46, chart.subtitle, 'small'),
    ...decades.map(
      (value) =>
        line(left, y(value), right, y(value), 'grid') +
        text(left - 8, y(value) + 4, String(value), 'small', 'end'),
    ),
    ...niceTicks(xMax).map((value) =>
      text(x(value), bottom + 18, String(value), 'small', 'middle'),
    ),
    text((left + right) / 2, HEIGHT - 12, chart.xLabel, '', 'middle'),
    `<g transform="rotate(-90 18 ${(top + bottom) / 2})">${text(18, (top + bottom) / 2, chart.yLabel, '', 'middle')}</g>`,
    line(x(chart.mark.x), top, x(chart.mark.x), bottom, 'mark'),
    text(x(chart.mark.x) - 6, top + 14, chart.mark.name, 'small', 'end'),
    ...chart.series.flatMap((series, index) => [
      `<polyline class="${series.style}" points="${series.points.map((p) => `${round(x(p.x))},${round(y(p.y))}`).join(' ')}"/>`,
      ...series.points.map(
        (p) =>
          `<circle class="${series.style}" cx="${round(x(p.x))}" cy="${round(y(p.y))}" r="3"/>`,
      ),
      line(right - 90, top + 16 + 18 * index, right - 66, top + 16 + 18 * index, series.style),
      text(right - 60, top + 20 + 18 * index, series.name, ''),
    ]),
  ];
  return svgDocument(chart.title, HEIGHT, parts);
}

/** Powers of ten from below the smallest to above the largest value. */
function decadesAround(values: readonly number[]): number[] {
  const lowest = Math.floor(Math.log10(Math.min(...values)));
  const highest = Math.max(lowest + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: highest - lowest + 1 }, (_, index) => 10 ** (lowest + index));
}

/** Multiples of 1, 2 or 5 times a power of ten from 0 to the largest value. */
function niceTicks(max: number): number[] {
  const rough = max / X_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, index) => index * step);
}
