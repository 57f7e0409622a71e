import { csvOf } from './csv.ts';
import { element } from './dom.ts';
import { type Picture, pngOf } from './picture.ts';
import { fileStem, saveFile } from './save-file.ts';

export interface Download {
  /** The figures of the chart; the first row names the columns. */
  readonly rows: readonly (readonly (string | number)[])[];
  readonly picture: Picture;
}

/** Buttons that save a chart's figures as CSV and the chart as PNG. */
export function downloadButtons(name: string, current: () => Download): HTMLElement {
  const csv = button('CSV', name, () => {
    const { rows, picture } = current();
    saveFile(`${fileStem(picture.title)}.csv`, new Blob([csvOf(rows)], { type: 'text/csv' }));
  });
  const png = button('PNG', name, async () => {
    const { picture } = current();
    saveFile(`${fileStem(picture.title)}.png`, await pngOf(picture));
  });
  const group = { class: 'downloads', role: 'group', 'aria-label': `Download: ${name}` };
  return element('div', group, element('span', { 'aria-hidden': 'true' }, 'Download'), csv, png);
}

function button(format: string, name: string, save: () => void): HTMLButtonElement {
  const label = `${format}: ${name}`;
  const made = element('button', { type: 'button', class: 'link', 'aria-label': label }, format);
  made.addEventListener('click', save);
  return made;
}
