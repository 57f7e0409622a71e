import { donut } from './charts.ts';
import { element } from './dom.ts';
import type { RowResult } from './file-scoring.ts';
import { type FileTable, textOf } from './file-table.ts';
import { count, percent, share } from './format.ts';
import { LABELS, type Label, NAMES, namedSwatch, sharesInWords, totalOf } from './labels.ts';
import { LiveChart } from './live-chart.ts';
import { chartBox, figures, scroller } from './panel.ts';
import { saveFile } from './save-file.ts';

const PAGE_ROWS = 25;

type Scored = Exclude<RowResult, { readonly fault: string }>;

interface Results {
  readonly table: FileTable;
  readonly column: number;
  readonly results: readonly (RowResult | undefined)[];
  /** The file to download. */
  readonly csv: () => string;
}

/** Shows the results of a file: shares, rows page by page, and a file to download. */
export class FileResults {
  readonly #place: HTMLElement;
  readonly #share = chartBox('donut');
  readonly #chart = new LiveChart<'doughnut'>(this.#share.canvas);

  constructor(place: HTMLElement) {
    this.#place = place;
  }

  clear(): void {
    this.#place.replaceChildren();
  }

  show(shown: Results): void {
    const counts = countsOf(shown.results);
    const total = totalOf(counts);
    const name = `Share of each label: ${sharesInWords(counts)}.`;
    this.#share.canvas.setAttribute('aria-label', name);
    const labels = figures(
      'Rows by label',
      ['Label', 'Rows', 'Share'],
      LABELS.map((label) => [
        namedSwatch(label),
        count(counts[label]),
        percent(share(counts[label], total)),
      ]),
    );
    this.#place.replaceChildren(
      element('div', { class: 'overview' }, this.#share.box, labels),
      element('p', { class: 'hint' }, notesOf(shown.results)),
      downloadButton(shown.csv),
      pagedRows(shown),
    );
    this.#chart.show(() => donut(counts));
  }
}

/** Leaves out rows in languages that the model does not read, as the other charts of the page do. */
function countsOf(results: Results['results']): Record<Label, number> {
  const counts = { negative: 0, neutral: 0, positive: 0 };
  for (const { sentimentAnalyst, languageSupported } of results.filter(isScored)) {
    if (languageSupported !== false) counts[sentimentAnalyst]++;
  }
  return counts;
}

function isScored(result: RowResult | undefined): result is Scored {
  return result !== undefined && !('fault' in result);
}

function notesOf(results: Results['results']): string {
  const scored = results.filter(isScored);
  const unsure = scored.filter(({ certain }) => !certain);
  const others = scored.filter(({ languageSupported }) => languageSupported === false);
  return [
    `${count(scored.length)} of ${count(results.length)} rows scored`,
    `${count(unsure.length)} unsure`,
    `${count(others.length)} in languages that the model does not read, not in the shares`,
  ].join(' · ');
}

function downloadButton(csv: () => string): HTMLElement {
  const button = element('button', { type: 'button' }, 'Download CSV');
  button.addEventListener('click', () =>
    saveFile('scored.csv', new Blob([csv()], { type: 'text/csv;charset=utf-8' })),
  );
  const hint = 'A cell that a spreadsheet would run as a formula gets an apostrophe in front.';
  return element('div', { class: 'row' }, button, element('p', { class: 'hint' }, hint));
}

function pagedRows({ table, column, results }: Results): HTMLElement {
  const shown = element('div', {});
  const place = element('p', { class: 'hint', role: 'status' });
  const back = element('button', { type: 'button' }, 'Previous');
  const forth = element('button', { type: 'button' }, 'Next');
  const pages = Math.max(1, Math.ceil(table.rows.length / PAGE_ROWS));
  let page = 0;
  const turnTo = (next: number) => {
    page = next;
    const from = page * PAGE_ROWS;
    const rows = table.rows
      .slice(from, from + PAGE_ROWS)
      .map((row, index) =>
        rowCells(from + index, textOf(table, column, row), results[from + index]),
      );
    const cells = figures('Scored rows', ['Row', 'Label', 'Score', 'Text'], rows);
    shown.replaceChildren(scroller('Scored rows', cells));
    const last = Math.min(table.rows.length, from + PAGE_ROWS);
    place.textContent = `Rows ${count(from + 1)} to ${count(last)} of ${count(table.rows.length)}`;
    // Not `disabled`, which would take the focus from the button on the last page.
    back.setAttribute('aria-disabled', String(page === 0));
    forth.setAttribute('aria-disabled', String(page === pages - 1));
  };
  back.addEventListener('click', () => page > 0 && turnTo(page - 1));
  forth.addEventListener('click', () => page < pages - 1 && turnTo(page + 1));
  turnTo(0);
  return element(
    'div',
    { class: 'rows' },
    shown,
    element('div', { class: 'row' }, back, forth, place),
  );
}

function rowCells(index: number, text: string, result: RowResult | undefined): (Node | string)[] {
  const number = count(index + 1);
  const words = element('span', { class: 'cell-text', dir: 'auto' }, text);
  if (!result) return [number, 'Not scored yet', '–', words];
  if ('fault' in result) {
    const fault = element('span', { class: 'cell-text' }, result.fault);
    return [number, 'Not scored', '–', fault];
  }
  const { sentimentAnalyst: label, certain, scores } = result;
  return [number, namedSwatch(label, nameOf(label, certain)), percent(scores[label]), words];
}

function nameOf(label: Label, certain: boolean): string {
  return certain ? NAMES[label] : `Unsure, ${NAMES[label].toLowerCase()}`;
}
