import { stackedBars } from './charts.ts';
import { element, replaceKeepingFocus } from './dom.ts';
import { downloadButtons } from './downloads.ts';
import { count } from './format.ts';
import { LABELS, type Label, legend, NAMES } from './labels.ts';
import { othersNote, UNCOUNTED_OTHERS_NOTE } from './languages.ts';
import { LiveChart } from './live-chart.ts';
import { measureSwitch } from './measure-switch.ts';
import type { PageView } from './page-view.ts';
import { chartBox, figures, folded } from './panel.ts';

const ROW_PX = 34;
const AXIS_PX = 34;

/** A user or topic of a ranking. */
export interface Entry {
  /** As the page writes it: a topic, `@user`, or `id:` with a user's id. */
  readonly name: string;
  /** Its first columns in CSV. */
  readonly key: readonly string[];
  readonly total: number;
  readonly otherLanguages: number;
  readonly counts: Readonly<Record<Label, number>>;
}

export interface RankingViewOptions {
  readonly id: 'users' | 'topics';
  /** `users` or `topics` in a sentence, such as `most active users`. */
  readonly title: string;
  readonly column: string;
  readonly keyColumns: readonly string[];
  readonly view: PageView;
  readonly onChoose: (name: string) => void;
}

/** The most active users or topics: bars, downloads, and a table with the same figures. */
export class RankingView {
  readonly root: HTMLElement;
  readonly #options: RankingViewOptions;
  readonly #box: HTMLElement;
  readonly #chart: LiveChart<'bar'>;
  readonly #others = element('p', { class: 'hint others' });
  readonly #table: HTMLElement;
  #entries: readonly Entry[] = [];

  constructor(options: RankingViewOptions) {
    this.#options = options;
    const { id, title, view } = options;
    const { box, canvas } = chartBox(`${id}-chart`);
    const { details, place } = folded(`Figures of the ${title}`);
    this.#box = box;
    this.#chart = new LiveChart(canvas);
    this.#table = place;
    const head = element('div', { class: 'chart-head' }, legend(), measureSwitch(id, view));
    const downloads = downloadButtons(title, () => this.#download());
    this.root = element('div', {}, head, box, downloads, this.#others, details);
    view.onChange(() => this.#draw());
  }

  show(entries: readonly Entry[]): void {
    this.#entries = entries;
    const others = entries.reduce((sum, entry) => sum + entry.otherLanguages, 0);
    const isCountable = this.#options.id === 'users';
    const note = isCountable || others === 0 ? othersNote(others) : UNCOUNTED_OTHERS_NOTE;
    this.#others.textContent = note;
    this.#others.hidden = note === null;
    this.#box.style.height = `${entries.length * ROW_PX + AXIS_PX}px`;
    this.#chart.canvas.setAttribute('aria-label', this.#inWords());
    replaceKeepingFocus(this.#table, this.#tableOf(entries));
    this.#draw();
  }

  #draw(): void {
    const { view, onChoose } = this.#options;
    const entries = this.#entries;
    if (entries.length === 0) return;
    this.#chart.show(() =>
      stackedBars({
        names: entries.map(({ name }) => name),
        counts: entries.map(({ counts }) => counts),
        measure: view.current.measure,
        onChoose: (index) => onChoose(entries[index]?.name ?? ''),
      }),
    );
  }

  #tableOf(entries: readonly Entry[]): HTMLTableElement {
    const { title, column, onChoose } = this.#options;
    const rows = entries.map(({ name, counts, total }) => {
      const attributes = { type: 'button', class: 'link', 'data-key': name };
      const choose = element('button', attributes, name);
      choose.addEventListener('click', () => onChoose(name));
      return [choose, ...LABELS.map((label) => count(counts[label])), count(total)];
    });
    const columns = [column, ...LABELS.map((label) => NAMES[label]), 'Total'];
    return figures(`Tweets of the ${title} by label`, columns, rows);
  }

  #inWords(): string {
    const [first] = this.#entries;
    const { title } = this.#options;
    return (
      `Stacked bars of the ${this.#entries.length} ${title} by label. ` +
      `${first?.name} leads with ${count(first?.total ?? 0)} tweets. The table below has all figures.`
    );
  }

  #download() {
    const { title, keyColumns } = this.#options;
    const rows = this.#entries.map(({ key, counts, total, otherLanguages }) => [
      ...key,
      ...LABELS.map((label) => counts[label]),
      total,
      otherLanguages,
    ]);
    const head = [...keyColumns, ...LABELS, 'total', 'other_languages'];
    const name = title.charAt(0).toUpperCase() + title.slice(1);
    return { rows: [head, ...rows], picture: { title: name, chart: this.#chart.canvas } };
  }
}
