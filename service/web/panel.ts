import { ApiProblem } from './api.ts';
import { allowAsking } from './api-key.ts';
import { element } from './dom.ts';

/** Says what went wrong, and offers what the visitor can do about it. */
export function problemNote(error: unknown, retry: () => void): HTMLElement {
  const isProblem = error instanceof ApiProblem;
  const note = element('div', { class: 'problem', role: 'alert' });
  note.append(element('p', {}, isProblem ? error.message : 'The page could not show this.'));
  if (!isProblem) console.error(error);
  const wantsKey = isProblem && (error.code === 'unauthorized' || error.code === 'forbidden');
  const button = element('button', { type: 'button' }, wantsKey ? 'Enter API key' : 'Try again');
  button.addEventListener('click', () => {
    allowAsking();
    retry();
  });
  note.append(button);
  return note;
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

/** A canvas whose content is told in words, in a box of its own size. */
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

/** A table that is folded away below the chart it says the same as. */
export function folded(title: string, table: HTMLTableElement): HTMLDetailsElement {
  // A region that scrolls must be reachable by keyboard.
  const scroller = element(
    'div',
    { class: 'scroller', role: 'region', tabindex: '0', 'aria-label': title },
    table,
  );
  return element('details', {}, element('summary', {}, title), scroller);
}

/**
 * Runs a task now and then again, so long after it has ended, while the page is looked at. A
 * page that comes back into view is brought up to date at once.
 */
export function repeatWhileVisible(task: () => Promise<void>, everyMs: number): void {
  let timer: number | undefined;
  let running = false;
  const run = async () => {
    if (running) return;
    running = true;
    window.clearTimeout(timer);
    await task();
    running = false;
    if (!document.hidden) timer = window.setTimeout(run, everyMs);
  };
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void run();
  });
  void run();
}
