import { CHART_WIDTH, line, round, svgDocument, text } from '../../kit/svg.ts';
import { INTERVAL, type PeriodFigures } from './figures.ts';

const HEIGHT = 480;
const [LEFT, RIGHT] = [70, CHART_WIDTH - 30];
const RECALL = { top: 96, bottom: 300 };
const CALIBRATION = { top: 348, bottom: 440 };
/** Half the length of the cap of an interval. */
const CAP = 3;
/** Dates along the axis. */
const MOST_DATES = 8;

/** The first two are in the style sheet of all charts. */
const STYLES = ['first', 'second', 'third', 'fourth'];
const STYLE = `
.third { stroke: #8250df; fill: none; stroke-width: 2 }
.fourth { stroke: #1a7f37; fill: none; stroke-width: 2 }
circle.third { fill: #8250df }
circle.fourth { fill: #1a7f37 }`;

interface Panel {
  readonly top: number;
  readonly bottom: number;
  readonly low: number;
  readonly high: number;
}

interface Point {
  readonly x: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Macro recall and calibration error by period, a line for each revision and language, with 99 %
 * intervals, as a stand-alone SVG document.
 */
export function drawDrift(periods: readonly PeriodFigures[], minRecall?: number): string {
  const starts = [...new Set(periods.map(({ start }) => start))].toSorted();
  const first = Date.parse(starts[0] ?? '');
  const span = Date.parse(starts.at(-1) ?? '') - first;
  const x = (start: string) =>
    span === 0
      ? (LEFT + RIGHT) / 2
      : LEFT + 20 + ((Date.parse(start) - first) / span) * (RIGHT - LEFT - 40);

  const recalls = periods.flatMap(({ macroRecall }) => macroRecall ?? []);
  const recallPanel = panelOf(RECALL, [
    ...recalls.flatMap(({ low, high }) => [low, high]),
    ...(minRecall === undefined ? [] : [minRecall]),
  ]);
  const errors = periods.map(({ calibrationError }) => intervalOf(calibrationError));
  const errorPanel = panelOf(CALIBRATION, [0, ...errors.map(({ high }) => high)]);

  const series = [...Map.groupBy(periods, seriesName)];
  const title = 'Right answers by the time they were given';
  return svgDocument(
    title,
    HEIGHT,
    [
      `<rect class="paper" width="${CHART_WIDTH}" height="${HEIGHT}"/>`,
      text(LEFT, 26, title, 'title'),
      text(LEFT, 44, describe(minRecall), 'small'),
      ...series.map(([name], index) => legendEntry(name, index)),
      ...frame(recallPanel, 'macro recall'),
      ...frame(errorPanel, 'calibration error'),
      ...datesOf(starts).map((start) =>
        text(x(start), CALIBRATION.bottom + 18, start, 'small', 'middle'),
      ),
      ...(minRecall === undefined
        ? []
        : [line(LEFT, yOf(recallPanel, minRecall), RIGHT, yOf(recallPanel, minRecall), 'mark')]),
      ...series.flatMap(([, ofSeries], index) => [
        ...curve(
          recallPanel,
          styleOf(index),
          ofSeries.flatMap(({ start, macroRecall }) =>
            macroRecall === null ? [] : [{ x: x(start), ...macroRecall }],
          ),
        ),
        ...curve(
          errorPanel,
          styleOf(index),
          ofSeries.map(({ start, calibrationError }) => ({
            x: x(start),
            ...intervalOf(calibrationError),
          })),
        ),
      ]),
    ],
    STYLE,
  );
}

function describe(minRecall: number | undefined): string {
  const bars = 'by the first day of the period; bars are 99 % intervals';
  return minRecall === undefined ? bars : `${bars}, the dashed line is the threshold ${minRecall}`;
}

function seriesName({ revision, language }: PeriodFigures): string {
  return language === null ? revision : `${revision} ${language}`;
}

function styleOf(index: number): string {
  return STYLES[index % STYLES.length] ?? 'first';
}

function legendEntry(name: string, index: number): string {
  const [column, row] = [index % STYLES.length, Math.floor(index / STYLES.length)];
  const [left, y] = [LEFT + column * 165, 62 + row * 14];
  return line(left, y - 4, left + 24, y - 4, styleOf(index)) + text(left + 30, y, name, 'small');
}

function intervalOf({ value, standardError }: PeriodFigures['calibrationError']) {
  const reach = INTERVAL * standardError;
  return { value, low: Math.max(0, value - reach), high: Math.min(1, value + reach) };
}

/** From the tenth below the smallest to the tenth above the largest value. */
function panelOf(place: Pick<Panel, 'top' | 'bottom'>, values: readonly number[]): Panel {
  const low = values.length === 0 ? 0 : Math.floor(Math.min(...values) * 10) / 10;
  const high = values.length === 0 ? 1 : Math.ceil(Math.max(...values) * 10) / 10;
  return { ...place, low, high: Math.max(high, low + 0.1) };
}

function yOf({ top, bottom, low, high }: Panel, value: number): number {
  return bottom - ((value - low) / (high - low)) * (bottom - top);
}

function frame(panel: Panel, name: string): string[] {
  const tenths = Math.round((panel.high - panel.low) * 10);
  const step = tenths > 5 ? 2 : 1;
  const ticks = Array.from(
    { length: Math.floor(tenths / step) + 1 },
    (_, index) => panel.low + (index * step) / 10,
  );
  return [
    text(LEFT, panel.top - 8, name, ''),
    ...ticks.flatMap((tick) => [
      line(LEFT, yOf(panel, tick), RIGHT, yOf(panel, tick), 'grid'),
      text(LEFT - 8, yOf(panel, tick) + 4, tick.toFixed(1), 'small', 'end'),
    ]),
  ];
}

function curve(panel: Panel, style: string, points: readonly Point[]): string[] {
  const y = (value: number) => round(yOf(panel, value));
  return [
    `<polyline class="${style}" points="${points.map((p) => `${round(p.x)},${y(p.value)}`).join(' ')}"/>`,
    ...points.flatMap((p) => [
      line(p.x, y(p.low), p.x, y(p.high), style),
      line(p.x - CAP, y(p.low), p.x + CAP, y(p.low), style),
      line(p.x - CAP, y(p.high), p.x + CAP, y(p.high), style),
      `<circle class="${style}" cx="${round(p.x)}" cy="${y(p.value)}" r="3.5"/>`,
    ]),
  ];
}

/** Evenly chosen, the first one included. */
function datesOf(starts: readonly string[]): readonly string[] {
  const step = Math.ceil(starts.length / MOST_DATES);
  return starts.filter((_, index) => index % step === 0);
}
