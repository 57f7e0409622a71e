import { allowAsking } from './api-key.ts';
import { ApiProblem } from './api-problem.ts';
import { element } from './dom.ts';
import { adviceOn } from './problems.ts';

/**
 * Shows a problem in a place, and offers what the visitor can do about it. A message that is shown
 * already stays, so that a screen reader does not repeat it and the focus is not lost.
 */
export function showProblem(place: HTMLElement, error: unknown, retry: () => void): void {
  const isProblem = error instanceof ApiProblem;
  const { message, canRetry } = isProblem
    ? adviceOn(error.code, error.message)
    : { message: 'The page could not show this.', canRetry: true };
  if (place.querySelector('.problem p')?.textContent === message) return;
  if (!isProblem) console.error(error);
  const note = element('div', { class: 'problem', role: 'alert' }, element('p', {}, message));
  const wantsKey = isProblem && (error.code === 'unauthorized' || error.code === 'forbidden');
  if (wantsKey || canRetry) {
    const button = element('button', { type: 'button' }, wantsKey ? 'Enter API key' : 'Try again');
    button.addEventListener('click', () => {
      allowAsking();
      retry();
    });
    note.append(button);
  }
  place.replaceChildren(note);
}

/** The hint of a panel that has nothing to show yet. */
export function emptyNote(title: string, ...lines: readonly (Node | string)[]): HTMLElement {
  const paragraphs = lines.map((line) => element('p', {}, line));
  return element(
    'div',
    { class: 'empty' },
    element('p', { class: 'empty-title' }, title),
    ...paragraphs,
  );
}

/** A canvas of a chart, in a box that sets its size; the caller adds its `aria-label`. */
export function chartBox(name: string): { box: HTMLElement; canvas: HTMLCanvasElement } {
  const canvas = element('canvas', { role: 'img' });
  return { box: element('div', { class: `chart ${name}` }, canvas), canvas };
}

/** A table of figures; the first column heads its rows. */
export function figures(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly (Node | string)[])[],
): HTMLTableElement {
  const head = columns.map((column) => element('th', { scope: 'col' }, column));
  const body = rows.map(([name = '', ...cells]) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, name),
      ...cells.map((cell) => element('td', {}, cell)),
    ),
  );
  return element(
    'table',
    {},
    element('caption', { class: 'visually-hidden' }, caption),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  );
}

/** A place for a table of a chart's figures, folded away below the chart. */
export function folded(title: string): { details: HTMLDetailsElement; place: HTMLElement } {
  const place = scroller(title);
  return { details: element('details', {}, element('summary', {}, title), place), place };
}

/** A box that scrolls when its content is long; the keyboard must reach it for that. */
export function scroller(name: string, ...content: readonly HTMLElement[]): HTMLElement {
  const attributes = { class: 'scroller', role: 'region', tabindex: '0', 'aria-label': name };
  return element('div', attributes, ...content);
}
