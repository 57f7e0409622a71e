import {
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  type ChartData,
  DoughnutController,
  LinearScale,
  Tooltip,
} from 'chart.js';
import { LABELS, type Label, NAMES } from './labels.ts';

Chart.register(
  ...[ArcElement, BarController, BarElement, CategoryScale],
  ...[DoughnutController, LinearScale, Tooltip],
);
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;

type LabelCounts = Readonly<Record<Label, number>>;

const dark = matchMedia('(prefers-color-scheme: dark)');
const still = matchMedia('(prefers-reduced-motion: reduce)');

/** A length of the pattern that marks negative beside its colour, in pixels. */
const HATCH = 6;

/** One bar of three labels for each name, with as much room as the names need. */
export function stackedBars(
  names: readonly string[],
  counts: readonly LabelCounts[],
  onChoose: (index: number) => void,
): ChartConfiguration<'bar'> {
  return {
    type: 'bar',
    data: barData(names, counts),
    options: {
      ...common(),
      indexAxis: 'y',
      interaction: { mode: 'index', axis: 'y', intersect: false },
      onClick: (_event, [hit]) => hit && onChoose(hit.index),
      onHover: ({ native }, hits) => {
        if (native?.target instanceof HTMLElement) {
          native.target.style.cursor = hits.length > 0 ? 'pointer' : 'default';
        }
      },
      datasets: { bar: { barPercentage: 0.9, categoryPercentage: 0.8 } },
      scales: {
        x: { ...scale(), stacked: true, beginAtZero: true },
        y: {
          stacked: true,
          grid: { display: false },
          border: { display: false },
          ticks: { color: ink('--ink'), autoSkip: false },
        },
      },
    },
  };
}

/** One column of three labels for each day. */
export function timeline(
  days: readonly string[],
  counts: readonly LabelCounts[],
): ChartConfiguration<'bar'> {
  return {
    type: 'bar',
    data: barData(days, counts),
    options: {
      ...common(),
      interaction: { mode: 'index', intersect: false },
      datasets: { bar: { barPercentage: 0.95, categoryPercentage: 0.9 } },
      scales: {
        x: {
          stacked: true,
          grid: { display: false },
          border: { color: ink('--line') },
          ticks: { color: ink('--quiet'), maxRotation: 0, autoSkipPadding: 18 },
        },
        y: { ...scale(), stacked: true, beginAtZero: true },
      },
    },
  };
}

/** The share of each label. */
export function donut(counts: LabelCounts): ChartConfiguration<'doughnut'> {
  return {
    type: 'doughnut',
    data: {
      labels: LABELS.map((label) => NAMES[label]),
      datasets: [
        {
          data: LABELS.map((label) => counts[label]),
          backgroundColor: LABELS.map(fill),
          borderColor: ink('--card'),
          borderWidth: 2,
          hoverOffset: 4,
        },
      ],
    },
    options: { ...common(), cutout: '68%', layout: { padding: 4 } },
  };
}

/** A chart in its place that follows its data and the visitor's colour scheme. */
export class LiveChart<Type extends 'bar' | 'doughnut'> {
  readonly #canvas: HTMLCanvasElement;
  #configure: (() => ChartConfiguration<Type>) | undefined;
  #chart: Chart<Type> | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    dark.addEventListener('change', () => this.#draw());
  }

  show(configure: () => ChartConfiguration<Type>): void {
    this.#configure = configure;
    this.#draw();
  }

  #draw(): void {
    if (!this.#configure) return;
    // Only a new chart moves: one that is drawn again should not distract.
    const isNew = this.#chart === undefined;
    this.#chart?.destroy();
    const config = this.#configure();
    if (!isNew && config.options) config.options.animation = false;
    this.#chart = new Chart(this.#canvas, config as ChartConfiguration) as Chart<Type>;
  }
}

function barData(names: readonly string[], counts: readonly LabelCounts[]): ChartData<'bar'> {
  return {
    labels: [...names],
    datasets: LABELS.map((label) => ({
      label: NAMES[label],
      data: counts.map((each) => each[label]),
      backgroundColor: fill(label),
      // A seam between two labels.
      borderColor: ink('--card'),
      borderWidth: 1,
      borderSkipped: false,
      borderRadius: 3,
      maxBarThickness: 26,
    })),
  };
}

function common() {
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: still.matches ? (false as const) : { duration: 300 },
    plugins: {
      tooltip: {
        backgroundColor: ink('--tooltip'),
        titleColor: ink('--tooltip-ink'),
        bodyColor: ink('--tooltip-ink'),
        padding: 10,
        cornerRadius: 8,
        boxPadding: 4,
      },
    },
  };
}

function scale() {
  return {
    grid: { color: ink('--grid') },
    border: { display: false },
    ticks: { color: ink('--quiet'), precision: 0, maxTicksLimit: 6 },
  };
}

/** The value of a colour that page.css names. */
function ink(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A label's colour; hatched for negative, so that colour is not all that tells them apart. */
function fill(label: Label): string | CanvasPattern {
  const colour = ink(`--${label}`);
  if (label !== 'negative') return colour;
  const tile = new OffscreenCanvas(HATCH, HATCH);
  const context = tile.getContext('2d');
  if (!context) return colour;
  context.fillStyle = colour;
  context.fillRect(0, 0, HATCH, HATCH);
  context.strokeStyle = ink('--hatch');
  context.lineWidth = 1.5;
  for (const from of [-HATCH, 0, HATCH]) {
    context.moveTo(from, HATCH);
    context.lineTo(from + HATCH, 0);
  }
  context.stroke();
  return context.createPattern(tile, 'repeat') ?? colour;
}
