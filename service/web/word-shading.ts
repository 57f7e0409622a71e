import { element } from './dom.ts';
import { type ExplainedWord, piecesOf, points, summaryOf } from './influence.ts';
import { type Label, NAMES } from './labels.ts';
import { figures, folded, showProblem } from './panel.ts';
import { scoreText } from './score-text.ts';

interface Explanation {
  readonly label: Label;
  readonly words: readonly ExplainedWord[];
}

/**
 * A button below a text that shades the text's words by their influence. Words are explained
 * on demand, because each word costs the scoring of one more text.
 */
export function explainer(text: string, quote: HTMLElement): HTMLElement {
  const place = element('div', { class: 'explanation' });
  const button = element('button', { type: 'button', class: 'chip' }, 'Which words decide?');
  const explain = async () => {
    const hadFocus = document.activeElement === button;
    button.disabled = true;
    try {
      const explanation = await ask(text);
      quote.replaceChildren(...shaded(text, explanation));
      const details = table(explanation);
      place.replaceChildren(legendOf(explanation), summary(explanation), details);
      if (hadFocus && document.activeElement === document.body) {
        details.querySelector('summary')?.focus({ preventScroll: true });
      }
    } catch (error) {
      button.disabled = false;
      showProblem(place, error, () => void explain());
    }
  };
  button.addEventListener('click', () => void explain());
  place.append(button);
  return place;
}

async function ask(text: string): Promise<Explanation> {
  const { result } = await scoreText(text, '?explain=words');
  return { label: result.sentimentAnalyst, words: result.words ?? [] };
}

function shaded(text: string, { label, words }: Explanation): (Node | string)[] {
  return piecesOf(text, words).map((piece) => {
    if (piece.shade === 0) return piece.text;
    const kind = piece.shade > 0 ? `for ${label}` : 'against';
    const mark = element('mark', { class: `word ${kind}` }, piece.text);
    mark.style.setProperty('--shade', `${Math.round(Math.abs(piece.shade) * 50)}%`);
    return mark;
  });
}

function legendOf({ label }: Explanation): HTMLElement {
  const sample = (kind: string) => {
    const mark = element('mark', { class: `word ${kind}`, 'aria-hidden': 'true' }, 'word');
    mark.style.setProperty('--shade', '35%');
    return mark;
  };
  const items = [
    element('li', {}, sample(`for ${label}`), `for ${NAMES[label].toLowerCase()}`),
    element('li', {}, sample('against'), `against ${NAMES[label].toLowerCase()}`),
  ];
  const attributes = { class: 'legend', role: 'list', 'aria-label': 'Shades of words' };
  return element('ul', attributes, ...items);
}

function summary({ label, words }: Explanation): HTMLElement {
  return element('p', { class: 'hint' }, summaryOf(words, NAMES[label].toLowerCase()));
}

function table({ label, words }: Explanation): HTMLElement {
  const rows = words.map(({ text, influence }) => [text, points(influence)]);
  const columns = ['Word', `Points for ${NAMES[label].toLowerCase()}`];
  const caption = 'Change of the score by each word';
  const { details, place } = folded('Figures of each word');
  place.append(figures(caption, columns, rows));
  return details;
}
