import { LABELS, type Label } from '../domain/sentiment.ts';
import { element } from './dom.ts';

export { LABELS, type Label };

/** A label as the page writes it. */
export const NAMES: Readonly<Record<Label, string>> = {
  negative: 'Negative',
  neutral: 'Neutral',
  positive: 'Positive',
};

/** The patch of colour and pattern that stands for a label in every chart. */
export function swatch(label: Label): HTMLSpanElement {
  return element('span', { class: `swatch ${label}`, 'aria-hidden': 'true' });
}

/** What the patches mean, above a chart. */
export function legend(): HTMLUListElement {
  const items = LABELS.map((label) => element('li', {}, swatch(label), NAMES[label]));
  return element('ul', { class: 'legend', 'aria-label': 'Legend' }, ...items);
}
