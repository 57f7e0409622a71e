import type { TweetSentiment } from '../http/routes/tweets/schemas.ts';
import { element } from './dom.ts';
import { percent } from './format.ts';
import { LABELS, type Label, NAMES, swatch } from './labels.ts';
import { languageName } from './languages.ts';
import { scroller } from './panel.ts';
import { explainer } from './word-shading.ts';

type Shown =
  | 'scores'
  | 'sentimentAnalyst'
  | 'certain'
  | 'truncated'
  | 'language'
  | 'languageSupported';

export interface Verdict extends Pick<TweetSentiment, Shown> {
  readonly text: string | undefined;
  /** Further facts, in a few words each. */
  readonly facts: readonly string[];
}

/** The label, the text and the scores of a verdict. */
export function verdictOf(verdict: Verdict): HTMLElement {
  const { truncated, text, facts } = verdict;
  const shown = element('div', { class: 'verdict' }, heading(verdict));
  const warning = languageWarning(verdict);
  if (warning !== null) shown.append(element('p', { class: 'notice' }, warning));
  if (text !== undefined) {
    const quote = element('blockquote', { dir: 'auto' }, text);
    shown.append(scroller('Text', quote), explainer(text, quote));
  }
  shown.append(scoreBars(verdict));
  const notes = truncated ? [...facts, 'too long: the end was not read'] : facts;
  shown.append(element('p', { class: 'hint' }, notes.join(' · ')));
  return shown;
}

function heading({ certain, sentimentAnalyst, scores }: Verdict): HTMLElement {
  if (certain) {
    const label = element('strong', {}, NAMES[sentimentAnalyst]);
    return element('p', { class: 'verdict-label' }, swatch(sentimentAnalyst), label);
  }
  const [first = sentimentAnalyst, second = sentimentAnalyst] = byScore(scores);
  const words = `Unsure: ${NAMES[first]} or ${NAMES[second].toLowerCase()}`;
  return element('p', { class: 'verdict-label unsure' }, words);
}

function byScore(scores: Verdict['scores']): Label[] {
  return LABELS.toSorted((a, b) => scores[b] - scores[a]);
}

function scoreBars({ scores, certain, sentimentAnalyst }: Verdict): HTMLElement {
  const bars = LABELS.map((label) => {
    const fill = element('span', { class: `fill ${label}` });
    fill.style.width = `${scores[label] * 100}%`;
    return element(
      'li',
      { class: certain && label === sentimentAnalyst ? 'score top-score' : 'score' },
      element('span', { class: 'score-name' }, NAMES[label]),
      element('span', { class: 'track', 'aria-hidden': 'true' }, fill),
      element('span', { class: 'score-value' }, percent(scores[label])),
    );
  });
  return element('ul', { class: 'scores', role: 'list', 'aria-label': 'Scores' }, ...bars);
}

/** Null unless the model does not read the language of the text. */
function languageWarning({ language, languageSupported }: Verdict): string | null {
  if (languageSupported !== false || language === null) return null;
  return `This looks ${languageName(language)}, a language that the model does not read: the scores mean nothing.`;
}
