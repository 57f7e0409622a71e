import type { ChartType, Plugin } from 'chart.js';
import { ink } from './chart-colors.ts';

declare module 'chart.js' {
  interface PluginOptionsByType<TType extends ChartType> {
    /** Text at the end of each stack of horizontal bars, in the order of the bars. */
    barTotals?: { readonly texts: readonly string[] };
  }
}

const GAP_PX = 6;
/** Width of a digit, rounded up. */
const CHARACTER_PX = 7.5;

/** Writes the total of each stack of horizontal bars behind it. */
export const barTotals: Plugin<'bar', { readonly texts?: readonly string[] }> = {
  id: 'barTotals',
  afterDatasetsDraw(chart, _args, { texts = [] }) {
    const { ctx, chartArea, data } = chart;
    ctx.save();
    ctx.fillStyle = ink('--ink');
    ctx.textBaseline = 'middle';
    for (const [index, text] of texts.entries()) {
      const bars = data.datasets.flatMap(
        (_, dataset) => chart.getDatasetMeta(dataset).data[index] ?? [],
      );
      const end = Math.max(chartArea.left, ...bars.map(({ x }) => x));
      const [bar] = bars;
      if (bar) ctx.fillText(text, end + GAP_PX, bar.y);
    }
    ctx.restore();
  },
};

/** Room that the longest total needs to the right of the bars, in pixels. */
export function roomFor(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length)) * CHARACTER_PX + GAP_PX;
}
