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
  const failure = element('span', { role: 'alert' });
  const png = button('PNG', name, async () => {
    const { picture } = current();
    failure.textContent = '';
    try {
      saveFile(`${fileStem(picture.title)}.png`, await pngOf(picture));
    } catch (error) {
      console.error(error);
      failure.textContent = 'The browser could not make the picture.';
    }
  });
  const group = { class: 'downloads', role: 'group', 'aria-label': `Download: ${name}` };
  const title = element('span', { 'aria-hidden': 'true' }, 'Download');
  return element('div', group, title, csv, png, failure);
}

function button(format: string, name: string, save: () => void): HTMLButtonElement {
  const label = `${format}: ${name}`;
  const made = element('button', { type: 'button', class: 'link', 'aria-label': label }, format);
  made.addEventListener('click', save);
  return made;
}
