import { LABELS, type Label } from '../domain/sentiment.ts';
import { element } from './dom.ts';
import { percent, share } from './format.ts';

export { LABELS, type Label };

export type LabelCounts = Readonly<Record<Label, number>>;

/** A label as the page writes it. */
export const NAMES: Readonly<Record<Label, string>> = {
  negative: 'Negative',
  neutral: 'Neutral',
  positive: 'Positive',
};

/** Patch with the color and pattern of a label in every chart. */
export function swatch(label: Label): HTMLSpanElement {
  return element('span', { class: `swatch ${label}`, 'aria-hidden': 'true' });
}

/** Legend of the patches, above a chart. */
export function legend(): HTMLUListElement {
  const items = LABELS.map((label) => element('li', {}, swatch(label), NAMES[label]));
  return element('ul', { class: 'legend', role: 'list', 'aria-label': 'Legend' }, ...items);
}

/** A label's patch and its name, or other words for it. */
export function namedSwatch(label: Label, words = NAMES[label]): HTMLSpanElement {
  return element('span', { class: 'named' }, swatch(label), words);
}

export function totalOf({ negative, neutral, positive }: LabelCounts): number {
  return negative + neutral + positive;
}

/** `Negative 20.0 %, Neutral 30.0 %, Positive 50.0 %`. */
export function sharesInWords(counts: LabelCounts): string {
  const total = totalOf(counts);
  return LABELS.map((label) => `${NAMES[label]} ${percent(share(counts[label], total))}`).join(
    ', ',
  );
}
