import { element } from './dom.ts';
import type { PageView } from './page-view.ts';
import type { Measure } from './view.ts';

const CHOICES: readonly (readonly [Measure, string])[] = [
  ['tweets', 'Tweets'],
  ['share', 'Share'],
];

/** The choice between bars of numbers and of shares, for all rankings at once. */
export function measureSwitch(name: string, view: PageView): HTMLFieldSetElement {
  const inputs = CHOICES.map(([value]) => {
    const input = element('input', { type: 'radio', name: `${name}-measure`, value });
    input.addEventListener('change', () => view.change({ measure: value }));
    return input;
  });
  const follow = () => {
    for (const input of inputs) input.checked = input.value === view.current.measure;
  };
  follow();
  view.onChange(follow);
  const labels = CHOICES.map(([, text], index) =>
    element('label', {}, inputs[index] ?? '', element('span', {}, text)),
  );
  const legend = element('legend', { class: 'visually-hidden' }, 'Length of the bars');
  return element('fieldset', { class: 'switch' }, legend, ...labels);
}
