import {
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  DoughnutController,
  LinearScale,
  Tooltip,
} from 'chart.js';
import { barTotals } from './bar-totals.ts';

Chart.register(
  ...[ArcElement, BarController, BarElement, CategoryScale],
  ...[DoughnutController, LinearScale, Tooltip, barTotals],
);
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;

const dark = matchMedia('(prefers-color-scheme: dark)');

/** A chart on a canvas; follows its data and the visitor's color scheme. */
export class LiveChart<Type extends 'bar' | 'doughnut'> {
  readonly canvas: HTMLCanvasElement;
  #configure: (() => ChartConfiguration<Type>) | undefined;
  #chart: Chart<Type> | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    dark.addEventListener('change', () => this.#draw());
  }

  show(configure: () => ChartConfiguration<Type>): void {
    this.#configure = configure;
    this.#draw();
  }

  /** Updates an existing chart in place: replacing it would flicker. */
  #draw(): void {
    if (!this.#configure) return;
    const config = this.#configure();
    if (this.#chart) {
      this.#chart.data = config.data;
      if (config.options) this.#chart.options = config.options;
      this.#chart.update('none');
    } else {
      this.#chart = new Chart(this.canvas, config as ChartConfiguration) as Chart<Type>;
    }
  }
}
