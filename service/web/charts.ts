import type { ChartConfiguration, ChartData, TooltipItem } from 'chart.js';
import { roomFor } from './bar-totals.ts';
import { fill, ink } from './chart-colors.ts';
import { count, percent, share, shortened } from './format.ts';
import { LABELS, type Label, type LabelCounts, NAMES, totalOf } from './labels.ts';
import type { Measure } from './view.ts';

const still = matchMedia('(prefers-reduced-motion: reduce)');

/** Longest part of the width of a chart of bars that their names take. */
const NAMES_SHARE = 0.32;
const CHARACTER_PX = 7;

export interface StackedBars {
  readonly names: readonly string[];
  readonly counts: readonly LabelCounts[];
  readonly measure: Measure;
  readonly onChoose: (index: number) => void;
}

/** A bar of three labels for each name, as numbers or as shares, with its total behind it. */
export function stackedBars(bars: StackedBars): ChartConfiguration<'bar'> {
  const { names, counts, measure, onChoose } = bars;
  const totals = counts.map(totalOf);
  const texts = totals.map(count);
  const isShare = measure === 'share';
  const shown = isShare ? counts.map(sharesOf) : counts;
  return {
    type: 'bar',
    data: barData(names, shown, 'right'),
    options: {
      ...common(counts),
      indexAxis: 'y',
      interaction: { mode: 'index', axis: 'y', intersect: false },
      onClick: (_event, [hit]) => hit && onChoose(hit.index),
      onHover: ({ native }, hits) => {
        if (native?.target instanceof HTMLElement) {
          native.target.style.cursor = hits.length > 0 ? 'pointer' : 'default';
        }
      },
      layout: { padding: { right: roomFor(texts) } },
      plugins: { ...common(counts).plugins, barTotals: { texts } },
      datasets: { bar: { barPercentage: 0.9, categoryPercentage: 0.8 } },
      scales: {
        x: isShare ? shareScale() : { ...scale(), stacked: true, beginAtZero: true },
        y: {
          stacked: true,
          grid: { display: false },
          border: { display: false },
          ticks: {
            color: ink('--ink'),
            autoSkip: false,
            callback(_value, index) {
              const characters = Math.floor((this.chart.width * NAMES_SHARE) / CHARACTER_PX);
              return shortened(names[index] ?? '', characters);
            },
          },
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
    data: barData(days, counts, 'top'),
    options: {
      ...common(counts),
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
  const { plugins, ...options } = common<'doughnut'>([]);
  const label = ({ dataIndex }: TooltipItem<'doughnut'>) => inNumbers(counts, LABELS[dataIndex]);
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
    options: {
      ...options,
      plugins: { tooltip: { ...plugins.tooltip, callbacks: { label } } },
      cutout: '68%',
      layout: { padding: 4 },
    },
  };
}

function barData(
  names: readonly string[],
  counts: readonly LabelCounts[],
  seam: 'right' | 'top',
): ChartData<'bar'> {
  return {
    labels: [...names],
    datasets: LABELS.map((label) => ({
      label: NAMES[label],
      data: counts.map((each) => each[label]),
      backgroundColor: fill(label),
      // A seam between two labels, on one side: a thin part would vanish between two seams.
      borderColor: ink('--card'),
      borderWidth: { [seam]: 1 },
      borderSkipped: false,
      borderRadius: 2,
      maxBarThickness: 26,
    })),
  };
}

/** Options of every chart; tooltips have the number and the share of each label of a bar. */
function common<Type extends 'bar' | 'doughnut' = 'bar'>(counts: readonly LabelCounts[]) {
  const label = ({ dataIndex, datasetIndex }: TooltipItem<Type>) =>
    inNumbers(counts[dataIndex], LABELS[datasetIndex]);
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
        callbacks: { label },
      },
    },
  };
}

/** `Negative: 12 (30.0 %)`. */
function inNumbers(counts: LabelCounts | undefined, label: Label | undefined): string {
  if (!counts || !label) return '';
  return `${NAMES[label]}: ${count(counts[label])} (${percent(share(counts[label], totalOf(counts)))})`;
}

/** In percent. */
function sharesOf(counts: LabelCounts): LabelCounts {
  const total = totalOf(counts);
  const of = (label: Label) => 100 * share(counts[label], total);
  return { negative: of('negative'), neutral: of('neutral'), positive: of('positive') };
}

function scale() {
  return {
    grid: { color: ink('--grid') },
    border: { display: false },
    ticks: { color: ink('--quiet'), precision: 0, maxTicksLimit: 6 },
  };
}

function shareScale() {
  const { ticks, ...rest } = scale();
  const callback = (value: number | string) => `${value} %`;
  return { ...rest, ticks: { ...ticks, callback }, stacked: true, min: 0, max: 100 };
}
